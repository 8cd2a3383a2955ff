"""What only the machine's own root may do, asked for in ways that would change nothing if it were allowed."""

from __future__ import annotations

import errno
import os
import time

from nslab.linux import libc
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_FINIT_MODULE = {"x86_64": 313, "aarch64": 273}
_NO_FILE = -1

_swapoff = libc.function("swapoff", libc.Text)


def attempts() -> dict[str, str]:
    """Return for each attempt the name of its errno, or ``allowed``.

    The file to load as a module does not exist, the clock would be set to what it
    shows, the swap file has no name, and the device is removed at once. A kernel
    without modules answers ENOSYS. Source: capabilities(7), finit_module(2),
    clock_settime(2), mknod(2), swapoff(2).
    Introduced in chapter 1.
    """
    asked: dict[str, Callable[[], object]] = {
        "load a kernel module": _load_a_module,
        "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
        "make a device file": _make_a_device,
        "turn off swap": lambda: libc.call("swapoff", _swapoff, (b"",), shown="''"),
    }
    return {what: _outcome(attempt) for what, attempt in asked.items()}


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as refused:
        return errno.errorcode.get(refused.errno or 0, str(refused.errno))
    return "allowed"


def _load_a_module() -> None:
    number = _FINIT_MODULE.get(os.uname().machine)
    if number is None:
        raise KernelRefused(errno.ENOSYS, "finit_module", "on this processor")
    libc.syscall("finit_module", number, _NO_FILE, 0, 0, shown="-1")


def _make_a_device() -> None:
    path = f"/tmp/device-{os.getpid()}"
    os.mknod(path, 0o60600, os.makedev(8, 0))
    os.unlink(path)
