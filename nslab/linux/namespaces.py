"""unshare(2) and setns(2): leaving and joining namespaces."""

from __future__ import annotations

import fcntl
import os

from nslab.linux import libc

CLONE_NEWTIME = 0x80
CLONE_NEWNS = 0x20000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

NS_GET_USERNS, NS_GET_PARENT, NS_GET_NSTYPE = 0xB701, 0xB702, 0xB703

FLAGS = {
    "mnt": CLONE_NEWNS,
    "pid": CLONE_NEWPID,
    "net": CLONE_NEWNET,
    "uts": CLONE_NEWUTS,
    "ipc": CLONE_NEWIPC,
    "user": CLONE_NEWUSER,
    "cgroup": CLONE_NEWCGROUP,
    "time": CLONE_NEWTIME,
}
"""The eight types by their name under /proc/PID/ns, in the course's order."""

_unshare = libc.function("unshare", libc.Int)
_setns = libc.function("setns", libc.Int, libc.Int)


def flags(types: list[str] | tuple[str, ...]) -> int:
    """Return the CLONE_NEW* flags of namespace *types*, or-ed together.

    Raises ValueError that lists the eight types when one is unknown.

    >>> hex(flags(["mnt", "uts"]))
    '0x4020000'
    """
    unknown = [name for name in types if name not in FLAGS]
    if unknown:
        raise ValueError(f"there is no namespace type {unknown[0]!r}; the types are {', '.join(FLAGS)}")
    total = 0
    for name in types:
        total |= FLAGS[name]
    return total


def unshare(which: int) -> None:
    """Move the caller into new namespaces of the types in *which* (CLONE_NEW*).

    For pid and time it is the caller's children that move. Raises KernelRefused.
    Source: unshare(2). Introduced in chapter 3.
    """
    libc.call("unshare", _unshare, (which,), shown=_names(which))


def setns(descriptor: int, which: int) -> None:
    """Join the namespaces of types *which* that *descriptor* stands for.

    *descriptor* is a namespace file or a pidfd. Raises KernelRefused.
    Source: setns(2). Introduced in chapter 3.
    """
    libc.call("setns", _setns, (descriptor, which), shown=f"{descriptor}, {_names(which)}")


def owner(descriptor: int) -> int:
    """Return the user namespace that owns the namespace *descriptor* stands for, as its inode number.

    0 when it lies outside the caller's own. Source: ioctl_ns(2), NS_GET_USERNS. Introduced in chapter 3.
    """
    try:
        found = fcntl.ioctl(descriptor, NS_GET_USERNS)
    except PermissionError:
        return 0
    try:
        return os.stat(found).st_ino
    finally:
        os.close(found)


def _names(which: int) -> str:
    named = {value: name for name, value in globals().items() if name.startswith("CLONE_NEW")}
    return "|".join(named[bit] for bit in sorted(named) if which & bit) or "0"
