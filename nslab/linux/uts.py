"""uname(2), sethostname(2) and setdomainname(2): what a UTS namespace holds."""

from __future__ import annotations

import ctypes
import os

from nslab.linux import libc, namespaces

LONGEST = 64
"""Bytes that a host name or domain name may have (__NEW_UTS_LEN)."""

_FIELD = LONGEST + 1

_uname = libc.function("uname", libc.Pointer)
_sethostname = libc.function("sethostname", libc.Text, libc.ULong)
_setdomainname = libc.function("setdomainname", libc.Text, libc.ULong)


def uname() -> list[str]:
    """Return what uname(2) tells: sysname, nodename, release, version, machine, domainname.

    nodename and domainname are the UTS namespace's, the others the kernel's.
    Source: uname(2). Introduced in chapter 5.
    """
    fields = ctypes.create_string_buffer(6 * _FIELD)
    libc.call("uname", _uname, (ctypes.addressof(fields),), shown="")
    raw = [fields.raw[start : start + _FIELD] for start in range(0, 6 * _FIELD, _FIELD)]
    return [field.partition(b"\0")[0].decode("utf-8", "surrogateescape") for field in raw]


def sethostname(name: str) -> None:
    """Set the nodename of the caller's UTS namespace, up to 64 bytes. Raises KernelRefused.

    Source: sethostname(2). Introduced in chapter 5.
    """
    _set("sethostname", _sethostname, name)


def setdomainname(name: str) -> None:
    """Set the NIS domain name of the caller's UTS namespace, up to 64 bytes. Raises KernelRefused.

    Source: setdomainname(2). Introduced in chapter 5.
    """
    _set("setdomainname", _setdomainname, name)


def namespace() -> list[int | str]:
    """Return the caller's UTS namespace: inode, owner, the caller's user namespace, nodename, domainname.

    The owner is a user namespace, 0 when it lies outside the caller's own; both as inodes.
    Source: namespaces(7), ioctl_ns(2). Introduced in chapter 5.
    """
    held = os.open("/proc/thread-self/ns/uts", os.O_RDONLY | os.O_CLOEXEC)
    try:
        told = uname()
        user = os.stat("/proc/thread-self/ns/user").st_ino
        return [os.fstat(held).st_ino, namespaces.owner(held), user, told[1], told[5]]
    finally:
        os.close(held)


def _set(call: str, made: object, name: str) -> None:
    encoded = os.fsencode(name)
    libc.call(call, made, (encoded, len(encoded)), shown=repr(name))  # type: ignore[arg-type]
