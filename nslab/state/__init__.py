"""What was read from the kernel, as data: no function here touches a kernel."""
