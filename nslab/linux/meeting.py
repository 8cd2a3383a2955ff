"""Ways in which two processes can meet, each tried across one namespace at a time.

Every trial happens in children that end at once, in namespaces of their own: nothing of it is left.
"""

from __future__ import annotations

import marshal
import os

from nslab.linux import idmap, mount
from nslab.linux.namespaces import FLAGS, unshare
from nslab.linux.refusal import KernelRefused
from nslab.linux.ways import MECHANISMS, Meeting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FOLDERS = ("/dev/shm", "/tmp")
"""Where processes meet by the path of a file."""

OWN_FILES = "mnt+"
"""Beside the types: a mount namespace that has mounts of its own on these folders."""

COLUMNS = ("mnt", OWN_FILES, *(kind for kind in FLAGS if kind != "mnt"))
"""What the other process has of its own, one at a time."""


def try_all() -> list[list[int]]:
    """Return for each mechanism and each of COLUMNS 0 where it reaches, else the errno that says why not.

    -1 stands for what was sent and did not arrive. Needs CAP_SYS_ADMIN in the caller's user namespace.
    Raises KernelRefused when namespaces can't be made. Source: ipc_namespaces(7). Introduced in chapter 6.
    """
    try:
        found: list[list[int]] = _in_child(_rows, _own_rooms)[1]
    except _NotThere as error:
        raise KernelRefused(error.errno or 0, "unshare", "a namespace to try in") from None
    return found


def _rows() -> list[list[int]]:
    return [_row(name, place) for place, name in enumerate(MECHANISMS)]


def _own_rooms() -> None:
    unshare(FLAGS["mnt"] | FLAGS["ipc"] | FLAGS["net"])
    _cover()


def _cover() -> None:
    """Put empty file systems where processes meet by the path of a file."""
    mount.mount(None, "/", None, mount.MS_PRIVATE | mount.MS_REC)
    for folder in FOLDERS:
        mount.mount("own", folder, "tmpfs")


def _row(name: str, place: int) -> list[int]:
    return [_cell(name, place * 100 + number, kind) for number, kind in enumerate(COLUMNS)]


def _cell(name: str, number: int, kind: str) -> int:
    try:
        made = MECHANISMS[name](number)
    except OSError as error:
        return error.errno or -1
    try:
        refused, _ = _in_child(made.reach, lambda: _cross(kind), grandchild=kind in ("pid", "time"))
        return refused or (0 if _has_arrived(made) else -1)
    finally:
        made.end()


def _has_arrived(made: Meeting) -> bool:
    try:
        return made.arrived()
    except OSError:
        return False


def _cross(kind: str) -> None:
    """Go into a new namespace of *kind*; for pid and time it is the next child that is in it."""
    user, group = os.geteuid(), os.getegid()
    unshare(FLAGS["mnt" if kind == OWN_FILES else kind])
    if kind == OWN_FILES:
        _cover()
    if kind == "user":
        own = os.open("/proc/self", os.O_PATH | os.O_CLOEXEC)
        idmap.write_own(own, user, group)
        os.close(own)


class _NotThere(OSError):
    """A namespace could not be made or furnished, so nothing was tried."""


def _in_child(
    work: Callable[[], Any], before: Callable[[], None], *, grandchild: bool = False
) -> tuple[int, Any]:
    """Return 0 and what *work* returns in a child that has done *before*, or its errno and None."""
    reader, writer = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if not child:
        try:
            os.write(writer, marshal.dumps(_told(work, before, grandchild=grandchild)))
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        told = file.read()
    os.waitpid(child, 0)
    there, refused, value = marshal.loads(told)
    if not there:
        raise _NotThere(refused, os.strerror(refused))
    return refused, value


def _told(work: Callable[[], Any], before: Callable[[], None], *, grandchild: bool) -> tuple[bool, int, Any]:
    """Return whether *before* was possible, the errno that ended it or *work*, and what *work* returns."""
    try:
        before()
    except OSError as error:
        return False, error.errno or 0, None
    try:
        if grandchild:
            return True, *_in_child(work, _stay)
        return True, 0, work()
    except _NotThere as error:
        return False, error.errno or 0, None
    except OSError as error:
        return True, error.errno or 0, None


def _stay() -> None:
    """Go nowhere: the parent has been moved already."""
