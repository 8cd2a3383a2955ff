"""Every namespace that a /proc shows: by processes, open descriptors and mounts; and what nsfs tells of each.

Source: namespaces(7), ioctl_ns(2), kernel fs/nsfs.c.
"""

from __future__ import annotations

import fcntl
import os

from nslab.linux.namespaces import FLAGS, NS_GET_NSTYPE, NS_GET_PARENT, NS_GET_USERNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Process = tuple[int, str, dict[str, int]]
    Hold = tuple[str, int, str]

FOR_CHILDREN = ("pid_for_children", "time_for_children")

_KINDS = {flag: kind for kind, flag in FLAGS.items()}


def survey() -> tuple[list[Process], list[Hold], dict[int, tuple[str, int, int]]]:
    """Return the processes that /proc shows, what else holds a namespace, and all namespaces found so.

    A process is its PID, name, and namespaces by type, as inode numbers; a hold
    is a namespace's type, number, and what holds it: ``descriptor 3 of 17 bash``,
    ``mount /run/ns as 17 sees it``, ``next child of 17 bash``. A namespace is, by
    number, its type, the number of the user namespace that owns it, and of its
    parent; 0 stands for none and for one out of sight. Processes that end
    meanwhile are left out. Introduced in chapter 3.
    """
    processes: list[Process] = []
    holds: list[Hold] = []
    found: dict[int, tuple[str, int, int]] = {}
    tables: set[int] = set()
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            process, held = _read(pid, tables)
        except OSError:
            continue
        processes.append(process)
        for kind, number in process[2].items():
            if number not in found:
                _describe(f"/proc/{pid}/ns/{kind}", found)
        for kind, number, how, path in held:
            holds.append((kind, number, how))
            if number not in found:
                _describe(path, found)
    return processes, holds, found


def _read(pid: int, tables: set[int]) -> tuple[Process, list[tuple[str, int, str, str]]]:
    """Return a process, and what it holds besides: type, number, how, and a path that leads there."""
    base = f"/proc/{pid}"
    with open(f"{base}/comm", "rb") as file:
        name = file.read().decode("utf-8", "replace").rstrip("\n")
    own = {kind: _number(os.readlink(f"{base}/ns/{kind}")) for kind in FLAGS if _has(kind)}
    held = [*_next_child(base, own, pid, name), *_descriptors(base, pid, name)]
    if own.get("mnt") not in tables:
        tables.add(own["mnt"])
        held += _mounts(base, pid)
    return (pid, name, own), held


def _has(kind: str) -> bool:
    return os.path.lexists(f"/proc/self/ns/{kind}")


def _next_child(base: str, own: dict[str, int], pid: int, name: str) -> Iterator[tuple[str, int, str, str]]:
    for link in FOR_CHILDREN:
        kind = link.partition("_")[0]
        path = f"{base}/ns/{link}"
        try:
            number = _number(os.readlink(path))
        except OSError:
            continue
        if number != own.get(kind):
            yield kind, number, f"next child of {pid} {name}", path


def _descriptors(base: str, pid: int, name: str) -> Iterator[tuple[str, int, str, str]]:
    for descriptor in sorted(os.listdir(f"{base}/fd"), key=int):
        path = f"{base}/fd/{descriptor}"
        try:
            target = os.readlink(path)
        except OSError:
            continue
        kind, bracket, number = target.partition(":[")
        if target.startswith("/"):
            kind, bracket, number = _opened_by_a_mount(path)
        if bracket and kind in FLAGS:
            yield kind, int(number[:-1]), f"descriptor {descriptor} of {pid} {name}", path


def _opened_by_a_mount(path: str) -> tuple[str, str, str]:
    """Return what the link would say of a namespace that was opened by the path of a bind mount."""
    try:
        if os.stat(path).st_dev != os.stat("/proc/self/ns/mnt").st_dev:
            return "", "", ""
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return "", "", ""
    try:
        return _KINDS[fcntl.ioctl(opened, NS_GET_NSTYPE)], ":[", f"{os.fstat(opened).st_ino}]"
    except OSError:
        return "", "", ""
    finally:
        os.close(opened)


def _mounts(base: str, pid: int) -> Iterator[tuple[str, int, str, str]]:
    with open(f"{base}/mountinfo", "rb") as file:
        lines = [line for line in file if b" - nsfs " in line]
    for line in lines:
        fields = line.decode("utf-8", "surrogateescape").split(" ")
        kind, bracket, number = fields[3].partition(":[")
        if bracket and kind in FLAGS:
            point = fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
            yield kind, int(number[:-1]), f"mount {point} as {pid} sees it", f"{base}/root{point}"


def _describe(path: str, found: dict[int, tuple[str, int, int]]) -> None:
    """Add the namespace that *path* leads to, and those that own it, to *found*."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    while descriptor >= 0:
        number = os.fstat(descriptor).st_ino
        try:
            kind = _KINDS[fcntl.ioctl(descriptor, NS_GET_NSTYPE)]
            owner = _related(descriptor, NS_GET_USERNS)
            parent = _related(descriptor, NS_GET_PARENT) if kind in ("pid", "user") else -1
            found[number] = (kind, _inode(owner), _inode(parent))
        finally:
            os.close(descriptor)
        if parent >= 0:
            os.close(parent)
        if owner >= 0 and os.fstat(owner).st_ino in found:
            os.close(owner)
            return
        descriptor = owner


def _related(descriptor: int, request: int) -> int:
    """Return a descriptor of the owner or the parent, -1 where there is none in sight."""
    try:
        return fcntl.ioctl(descriptor, request)
    except OSError:
        return -1


def _inode(descriptor: int) -> int:
    return os.fstat(descriptor).st_ino if descriptor >= 0 else 0


def _number(link: str) -> int:
    return int(link.partition("[")[2][:-1])
