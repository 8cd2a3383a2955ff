"""What is locked on a mount, which mountinfo does not say: asked of the kernel without changing anything."""

from __future__ import annotations

import ctypes
import os
import struct
from errno import EBUSY, EINVAL, EPERM

from nslab.linux import libc, mount
from nslab.linux.refusal import KernelRefused

OPEN_TREE, MOUNT_SETATTR = 428, 442
OPEN_TREE_CLONE = 1
MNT_EXPIRE = 4
MOUNT_ATTR_NOATIME = 0x10
MOUNT_ATTR_STRICTATIME = 0x20
MOUNT_ATTR__ATIME = 0x70

_AT_FDCWD, _AT_RECURSIVE, _AT_EMPTY_PATH = -100, 0x8000, 0x1000
_OPTIONS = (("ro", 1), ("nosuid", 2), ("nodev", 4), ("noexec", 8))
_ATTRIBUTES = struct.Struct("=QQQQ")


def locks(paths: list[str]) -> list[tuple[bool | None, list[str] | None]]:
    """Return for each mount point whether its mount is locked to its parent, and which options are locked.

    The words are ro, nosuid, nodev, noexec and atime. None stands for what can't be told: of the caller's
    own root, of a path that leads nowhere, and the options of an unbindable mount or on kernels before
    5.12. Nothing is unmounted: a mount that is in use never expires, and it is held open for the question;
    options are tried on a copy that nobody sees. Needs CAP_SYS_ADMIN over the mount namespace.
    Source: umount2(2), MNT_EXPIRE; mount_setattr(2); kernel fs/namespace.c, can_umount() and
    can_change_locked_flags(). Introduced in chapter 4.
    """
    return [(_is_locked(path), _options(path)) for path in paths]


def _is_locked(path: str) -> bool | None:
    if not path.strip("/"):
        return None
    try:
        held = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        mount.umount(path, MNT_EXPIRE)
    except KernelRefused as refused:
        return {EINVAL: True, EBUSY: False}.get(refused.errno or 0)
    finally:
        os.close(held)
    raise AssertionError(f"{path!r} was unmounted, although it was held open")


def _options(path: str) -> list[str] | None:
    name = ctypes.create_string_buffer(libc.path(path) or b"")
    wanted = OPEN_TREE_CLONE | _AT_RECURSIVE | os.O_CLOEXEC
    try:
        address = ctypes.addressof(name)
        copy = libc.syscall("open_tree", OPEN_TREE, _AT_FDCWD, address, wanted, shown=repr(path))
    except KernelRefused:
        return None
    try:
        found = [word for word, bit in _OPTIONS if _refuses(copy, 0, bit)]
        times = (MOUNT_ATTR_NOATIME, MOUNT_ATTR_STRICTATIME)
        refused = [time for time in times if _refuses(copy, time, MOUNT_ATTR__ATIME)]
        return [*found, "atime"] if refused else found
    except KernelRefused:
        return None
    finally:
        os.close(copy)


def _refuses(copy: int, wanted: int, cleared: int) -> bool:
    """Return whether the mount that *copy* stands for may not have options set and cleared."""
    given = ctypes.create_string_buffer(_ATTRIBUTES.pack(wanted, cleared, 0, 0), _ATTRIBUTES.size)
    nothing = ctypes.create_string_buffer(b"")
    addresses = (ctypes.addressof(nothing), _AT_EMPTY_PATH, ctypes.addressof(given), _ATTRIBUTES.size)
    try:
        libc.syscall("mount_setattr", MOUNT_SETATTR, copy, *addresses, shown=f"{wanted}, {cleared}")
    except KernelRefused as refused:
        if refused.errno != EPERM:
            raise
        return True
    return False
