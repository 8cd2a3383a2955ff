"""Id maps of user namespaces: who may write which, and the programs that may more."""

from __future__ import annotations

import os

from nslab.linux.refusal import KernelRefused

IDS = 65536
"""How many ids a full lab has."""


def subordinate(path: str, name: str, uid: int) -> int | None:
    """Return the first of a range of at least 65,535 ids that *path* gives to a user.

    None when there is no such range or no such file. Source: subuid(5).
    Introduced in chapter 9.
    """
    for owner, first, count in _ranges(path):
        if owner in (name, str(uid)) and count >= IDS - 1:
            return first
    return None


def unused(path: str) -> int:
    """Return the first id above every range in *path* and above 524,288.

    Source: subuid(5); systemd's "Users, Groups, UIDs and GIDs" for the lower border.
    """
    return max([8 * IDS, *(first + count for _, first, count in _ranges(path))])


def _ranges(path: str) -> list[tuple[str, int, int]]:
    """Return owner, first id and count of each line that is well formed; others are passed over."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line.strip().split(":") for line in file]
    except OSError:
        return []
    return [
        (line[0], int(line[1]), int(line[2]))
        for line in lines
        if len(line) == 3 and all(part.isascii() and part.isdigit() for part in line[1:])
    ]


def write(process: int, kind: str, text: str) -> None:
    """Write *text* to ``uid_map``, ``gid_map`` or ``setgroups`` of a process.

    *process* is a descriptor of its directory in a proc file system. One write(2),
    so that the kernel's errno is not lost in a buffer. Raises KernelRefused.
    Source: user_namespaces(7). Introduced in chapter 9.
    """
    try:
        opened = os.open(kind, os.O_WRONLY | os.O_CLOEXEC, dir_fd=process)
        try:
            os.write(opened, text.encode())
        finally:
            os.close(opened)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "write", f"/proc/PID/{kind}, {text!r}") from None


def write_own(process: int, uid: int, gid: int) -> None:
    """Map id 0 inside to the caller's *uid* and *gid*, which needs no privilege.

    Raises KernelRefused. Source: user_namespaces(7), "Defining user and group ID mappings".
    """
    write(process, "setgroups", "deny")
    write(process, "uid_map", f"0 {uid} 1\n")
    write(process, "gid_map", f"0 {gid} 1\n")
