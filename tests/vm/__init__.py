"""A fresh virtual machine with a stock kernel, with the course in it: ./course test --vm."""
