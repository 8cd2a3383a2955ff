"""The lab's root file system: a tmpfs, with the machine's /usr bound read-only.

``compose`` runs in a first user namespace and makes what may never change;
everything it mounts is locked for the lab, which is born one user namespace
further in. ``enter`` runs there, adds the lab's own /proc and /sys, and leaves
the machine's root behind.
"""

from __future__ import annotations

import os

from nslab.linux import mount as m
from nslab.linux.refusal import KernelRefused

BUILT_AT = "/tmp"
"""Where the root is built: a directory of every machine, covered in the lab's own namespace only."""

SIZE = "size=512m,nr_inodes=200k,mode=755"
DIRECTORIES = (
    *("etc", "home", "media", "mnt", "opt", "proc", "root", "run", "srv", "sys", "tmp", "usr", "var"),
    *("dev", "dev/pts", "dev/shm", "dev/mqueue", "run/lock", "var/lib", "var/log", "var/tmp"),
)
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {
    "dev/fd": "/proc/self/fd",
    "dev/stdin": "/proc/self/fd/0",
    "dev/stdout": "/proc/self/fd/1",
    "dev/stderr": "/proc/self/fd/2",
    "dev/ptmx": "pts/ptmx",
    "etc/mtab": "/proc/self/mounts",
    "etc/os-release": "../usr/lib/os-release",
    "var/run": "/run",
}
COPIED = (
    *("ld.so.cache", "login.defs", "nftables.conf", "protocols", "services", "rpc"),
    *("ethertypes", "bindresvport.blacklist", "gai.conf", "localtime"),
)
WRITTEN = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n"
    "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\ndaemon:x:1:\ntty:x:5:\nnogroup:x:65534:\n",
    "etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost\n",
    "etc/hostname": "host\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/resolv.conf": "",
    "etc/subuid": "",
    "etc/subgid": "",
}


def compose(target: str = BUILT_AT) -> None:
    """Build the root at *target*: tmpfs, /usr, /dev nodes, /etc.

    The caller has a mount namespace of its own. Raises KernelRefused.
    """
    m.mount(None, "/", None, m.MS_REC | m.MS_PRIVATE)
    m.mount("nslab", target, "tmpfs", m.MS_NODEV | m.MS_NOSUID, SIZE)
    os.umask(0)
    for name in DIRECTORIES:
        os.mkdir(f"{target}/{name}", 0o1777 if name in ("tmp", "dev/shm", "var/tmp") else 0o755)
    for name, points_to in LINKS.items():
        os.symlink(points_to, f"{target}/{name}")
    _bind_read_only("/usr", f"{target}/usr")
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        _as_the_machine_has_it(name, target)
    for name in DEVICES:
        os.close(os.open(f"{target}/dev/{name}", os.O_CREAT | os.O_WRONLY, 0o666))
        m.mount(f"/dev/{name}", f"{target}/dev/{name}", None, m.MS_BIND)
    _fill_etc(f"{target}/etc", target)
    os.umask(0o022)


def enter(built: str = BUILT_AT) -> bool:
    """Make what :func:`compose` built the caller's root; return whether /sys could be mounted.

    The caller is the first process of its PID namespace, in user, mount and
    network namespaces of its own. The root is bound onto itself first: the copy
    is not locked, as pivot_root(2) needs. Raises KernelRefused.
    """
    m.mount(built, built, None, m.MS_BIND | m.MS_REC)
    m.mount("proc", f"{built}/proc", "proc", m.MS_NOSUID | m.MS_NODEV | m.MS_NOEXEC)
    own_sys = _try_mount("sysfs", f"{built}/sys", "sysfs", m.MS_NOSUID | m.MS_NODEV | m.MS_NOEXEC)
    m.mount(
        "devpts",
        f"{built}/dev/pts",
        "devpts",
        m.MS_NOSUID | m.MS_NOEXEC,
        "newinstance,ptmxmode=0666,mode=620",
    )
    m.mount("shm", f"{built}/dev/shm", "tmpfs", m.MS_NOSUID | m.MS_NODEV, "size=64m,mode=1777")
    os.chdir(built)
    m.pivot_root(".", ".")
    m.umount(".", m.MNT_DETACH)
    os.chdir("/")
    return own_sys


def _try_mount(source: str, target: str, fstype: str, flags: int) -> bool:
    try:
        m.mount(source, target, fstype, flags)
    except KernelRefused:
        return False
    return True


def _bind_read_only(source: str, target: str) -> None:
    """Bind a directory with all below it; read-only takes a second call each."""
    m.mount(source, target, None, m.MS_BIND | m.MS_REC)
    for point in _mounts_below(target):
        m.mount(None, point, None, m.MS_BIND | m.MS_REMOUNT | m.MS_RDONLY | m.current_flags(point))


def _mounts_below(target: str) -> list[str]:
    with open("/proc/self/mountinfo", "rb") as file:
        points = [line.split(b" ", 5)[4] for line in file]
    decoded = [point.replace(b"\\040", b" ").replace(b"\\134", b"\\").decode() for point in points]
    return sorted({point for point in decoded if point == target or point.startswith(f"{target}/")})


def _as_the_machine_has_it(name: str, target: str) -> None:
    try:
        os.symlink(os.readlink(f"/{name}"), f"{target}/{name}")
    except OSError:
        if os.path.isdir(f"/{name}"):
            os.mkdir(f"{target}/{name}", 0o755)
            _bind_read_only(f"/{name}", f"{target}/{name}")


def _fill_etc(etc: str, target: str) -> None:
    for name, text in WRITTEN.items():
        _write(f"{target}/{name}", text.encode())
    for name in COPIED:
        _copy(f"/etc/{name}", f"{etc}/{name}")
    os.mkdir(f"{etc}/alternatives", 0o755)
    for folder in ("alternatives",):
        for name in _listed(f"/etc/{folder}"):
            os.symlink(os.readlink(f"/etc/{folder}/{name}"), f"{etc}/{folder}/{name}")


def _listed(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_symlink()]
    except OSError:
        return []


def _copy(source: str, target: str) -> None:
    try:
        with open(source, "rb") as file:
            _write(target, file.read())
    except OSError:
        return


def _write(path: str, data: bytes) -> None:
    opened = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    try:
        os.write(opened, data)
    finally:
        os.close(opened)
