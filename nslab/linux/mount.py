"""mount(2), umount2(2) and pivot_root(2): what every mount operation comes down to."""

from __future__ import annotations

import os

from nslab.linux import libc
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    Path = str | bytes | os.PathLike[str]

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_NOATIME = 0x400
MS_NODIRATIME = 0x800
MS_BIND = 0x1000
MS_MOVE = 0x2000
MS_REC = 0x4000
MS_UNBINDABLE = 1 << 17
MS_PRIVATE = 1 << 18
MS_SLAVE = 1 << 19
MS_SHARED = 1 << 20
MS_RELATIME = 1 << 21
MS_STRICTATIME = 1 << 24

MNT_FORCE = 1
MNT_DETACH = 2

_FLAGS = {name: value for name, value in sorted(globals().items()) if name.startswith(("MS_", "MNT_"))}
_STATVFS = (
    (os.ST_RDONLY, MS_RDONLY),
    (os.ST_NOSUID, MS_NOSUID),
    (os.ST_NODEV, MS_NODEV),
    (os.ST_NOEXEC, MS_NOEXEC),
    (os.ST_NOATIME, MS_NOATIME),
    (os.ST_NODIRATIME, MS_NODIRATIME),
    (os.ST_RELATIME, MS_RELATIME),
)
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41}

_mount = libc.function("mount", libc.Text, libc.Text, libc.Text, libc.ULong, libc.Text)
_umount2 = libc.function("umount2", libc.Text, libc.Int)


def flag_names(flags: int, prefix: str) -> str:
    """Return *flags* by name, joined with ``|``; ``0`` when there is none.

    >>> flag_names(MS_BIND | MS_REC, "MS_")
    'MS_BIND|MS_REC'
    """
    named = [(value, name) for name, value in _FLAGS.items() if name.startswith(prefix)]
    return "|".join(name for value, name in sorted(named) if flags & value) or "0"


def mount(
    source: Path | None, target: Path, fstype: str | None = None, flags: int = 0, data: str | None = None
) -> None:
    """Attach, bind, move or change a mount, as the flags say.

    Raises KernelRefused with the arguments and the errno's name.
    Source: mount(2). Introduced in chapter 4.
    """
    shown = (
        f"{_show(source)}, {_show(target)}, {fstype or 'NULL'}, {flag_names(flags, 'MS_')}, {data or 'NULL'}"
    )
    encoded = (_text(fstype), flags, _text(data))
    libc.call("mount", _mount, (libc.path(source), libc.path(target), *encoded), shown=shown)


def umount(target: Path, flags: int = 0) -> None:
    """Remove the mount at *target*; ``MNT_DETACH`` makes it lazy.

    Calls umount2(2), since umount(2) has no place for flags. Raises KernelRefused.
    Introduced in chapter 4.
    """
    shown = f"{_show(target)}, {flag_names(flags, 'MNT_')}"
    libc.call("umount2", _umount2, (libc.path(target), flags), shown=shown)


def pivot_root(new_root: Path, put_old: Path) -> None:
    """Make *new_root* the root mount and move the old one to *put_old*.

    Raises KernelRefused. Source: pivot_root(2). Introduced in chapter 2.
    """
    import ctypes

    number = _PIVOT_ROOT[os.uname().machine]
    new, old = (ctypes.create_string_buffer(libc.path(value) or b"") for value in (new_root, put_old))
    addresses = (ctypes.addressof(new), ctypes.addressof(old))
    libc.syscall("pivot_root", number, *addresses, shown=f"{_show(new_root)}, {_show(put_old)}")


def current_flags(target: Path) -> int:
    """Return the per-mount flags in force at *target*, as MS_* bits.

    Raises KernelRefused. Source: statvfs(3). Introduced in chapter 2.
    """
    try:
        have = os.statvfs(target).f_flag
    except OSError as error:
        raise KernelRefused(error.errno or 0, "statvfs", _show(target)) from None
    flags = 0
    for seen, kept in _STATVFS:
        flags |= kept if have & seen else 0
    return flags


def chroot(new_root: Path) -> None:
    """Make *new_root* the caller's root directory and its working directory.

    Raises KernelRefused. Source: chroot(2). Introduced in chapter 2.
    """
    try:
        os.chroot(new_root)
        os.chdir("/")
    except OSError as error:
        raise KernelRefused(error.errno or 0, "chroot", _show(new_root)) from None


def _show(value: Path | None) -> str:
    return "NULL" if value is None else repr(os.fsdecode(value))


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()
