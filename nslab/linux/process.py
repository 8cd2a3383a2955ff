"""prctl(2) and the process title: how a helper is named, and when it must die."""

from __future__ import annotations

import ctypes
import os

from nslab.linux import libc
from nslab.linux.refusal import KernelRefused

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36

_prctl = libc.function("prctl", libc.Int, libc.ULong, libc.ULong, libc.ULong, libc.ULong)


def die_with_parent(signal: int) -> None:
    """Have the kernel send *signal* to the caller when its parent thread ends.

    The parent must be single-threaded, and may already be gone: the caller
    checks that by a handshake. Raises KernelRefused. Source: PR_SET_PDEATHSIG(2const).
    """
    libc.call("prctl", _prctl, (PR_SET_PDEATHSIG, signal, 0, 0, 0), shown=f"PR_SET_PDEATHSIG, {signal}")


def set_dumpable(dumpable: bool = True) -> None:
    """Give the caller back the ownership of its own files under /proc, or take it away.

    Raises KernelRefused. Source: PR_SET_DUMPABLE(2const). Introduced in chapter 9.
    """
    wanted = int(dumpable)
    libc.call("prctl", _prctl, (PR_SET_DUMPABLE, wanted, 0, 0, 0), shown=f"PR_SET_DUMPABLE, {wanted}")


def set_title(title: str, area: tuple[int, int] | None) -> None:
    """Show *title* as the caller's name and command line in ps(1).

    *area* is what :func:`title_area` gave; None changes the name alone, which
    holds 15 bytes. Raises KernelRefused. Source: PR_SET_NAME(2const), proc_pid_cmdline(5).
    """
    name = ctypes.create_string_buffer(title.encode()[:15])
    libc.call("prctl", _prctl, (PR_SET_NAME, ctypes.addressof(name), 0, 0, 0), shown="PR_SET_NAME")
    if area:
        start, end = area
        written = title.encode()[: end - start - 1]
        ctypes.memset(start, 0, end - start)
        ctypes.memmove(start, written, len(written))


def title_area() -> tuple[int, int]:
    """Return the addresses between which the kernel keeps the caller's arguments.

    Needs /proc. Source: proc_pid_stat(5), arg_start and arg_end.
    """
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return int(fields[45]), int(fields[46])


def set_child_subreaper(*, on: bool = True) -> None:
    """Have orphans among the caller's descendants become its children, instead of pid 1's.

    Raises KernelRefused. Source: PR_SET_CHILD_SUBREAPER(2const). Introduced in chapter 7.
    """
    libc.call("prctl", _prctl, (PR_SET_CHILD_SUBREAPER, on, 0, 0, 0), shown=f"PR_SET_CHILD_SUBREAPER, {on:d}")


def kill(pid: int, number: int) -> None:
    """Send signal *number* to the process with *pid* in the caller's PID namespace.

    Raises KernelRefused. Source: kill(2). Introduced in chapter 7.
    """
    try:
        os.kill(pid, number)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "kill", f"{pid}, {number}") from None
