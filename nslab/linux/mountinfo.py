"""The kernel's table of mounts, and the 64-bit ids that are never used twice."""

from __future__ import annotations

import array
import ctypes
import os
import struct

from nslab.linux import libc
from nslab.linux.refusal import KernelRefused

STATMOUNT, LISTMOUNT = 457, 458
LSMT_ROOT = (1 << 64) - 1
STATMOUNT_MNT_BASIC = 2

_REQUEST = struct.Struct("=IIQQ")
_BASIC = struct.Struct("=40xQQII")
_AT_ONCE = 1024


def read(proc: int, process: str = "self") -> bytes:
    """Return the mountinfo of *process*, a directory of the proc file system *proc*.

    *proc* is a descriptor, so that it works where /proc is not mounted.
    Source: proc_pid_mountinfo(5). Introduced in chapter 4.
    """
    opened = os.open(f"{process}/mountinfo", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        parts = []
        while part := os.read(opened, 1 << 16):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(opened)


def unique_ids() -> dict[int, int]:
    """Return the unique id of each mount that the caller can see, by its short id.

    Empty where the kernel has no statmount(2) (before Linux 6.8).
    Source: listmount(2), statmount(2). Introduced in chapter 4.
    """
    try:
        listed = _list()
    except KernelRefused:
        return {}
    buffer = ctypes.create_string_buffer(512)
    return {short: unique for unique in listed if (short := _short_id(unique, buffer))}


def _short_id(unique: int, buffer: ctypes.Array[ctypes.c_char]) -> int:
    """Return the short id of a mount, 0 when it has gone meanwhile."""
    request = _REQUEST.pack(_REQUEST.size, 0, unique, STATMOUNT_MNT_BASIC)
    where = ctypes.addressof(buffer)
    try:
        libc.syscall("statmount", STATMOUNT, _address(request), where, len(buffer), 0, shown=str(unique))
    except KernelRefused:
        return 0
    return int(_BASIC.unpack_from(buffer.raw)[2])


def _list() -> list[int]:
    """Return the unique ids of all mounts below the caller's root."""
    listed: list[int] = []
    ids = array.array("Q", [0] * _AT_ONCE)
    while True:
        request = _REQUEST.pack(_REQUEST.size, 0, LSMT_ROOT, listed[-1] if listed else 0)
        where = ids.buffer_info()[0]
        count = libc.syscall("listmount", LISTMOUNT, _address(request), where, _AT_ONCE, 0, shown="LSMT_ROOT")
        listed.extend(ids[:count])
        if count < _AT_ONCE:
            return listed


def _address(packed: bytes) -> int:
    """Return the address of the bytes, which the caller must keep while it is used."""
    return ctypes.cast(ctypes.c_char_p(packed), ctypes.c_void_p).value or 0
