"""Trying what takes a privilege, in a process that is thrown away; nothing stays of it."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import time

from nslab.linux import libc, uts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

FSOPEN, FSCONFIG, FSMOUNT = 430, 431, 432
FSCONFIG_CMD_CREATE = 6


def attempts(asked: list[tuple[str | int, ...]]) -> list[str]:
    """Try each act, with what it is about, in a process of its own; return what :func:`attempt` says of it.

    Raises OSError when no process can be made. Source: fork(2).
    """
    told = []
    for act, *about in asked:
        reader, writer = os.pipe2(os.O_CLOEXEC)
        child = os.fork()
        if not child:
            _answer(writer, str(act), about)
        os.close(writer)
        with open(reader, encoding="ascii") as file:
            told.append(file.read())
        os.waitpid(child, 0)
    return told


def _answer(writer: int, act: str, about: list[str | int]) -> NoReturn:
    said = "no answer"
    try:
        said = attempt(act, about)
    finally:
        os.write(writer, said.encode())
        os._exit(0)


def attempt(act: str, about: list[str | int]) -> str:
    """Do *act* in a process made for it; return the errno's name, empty where the kernel lets it.

    A file system is made and mounted nowhere, a host name set to what it is, an
    owner put back. Source: fsmount(2), and each call's own page. Introduced in chapter 9.
    """
    try:
        _ACTS[act](*about)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error.errno))
    return ""


def _mount(fstype: str) -> None:
    name = ctypes.create_string_buffer(fstype.encode())
    context = libc.syscall("fsopen", FSOPEN, ctypes.addressof(name), 1, shown=repr(fstype))
    libc.syscall("fsconfig", FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0, shown="FSCONFIG_CMD_CREATE")
    libc.syscall("fsmount", FSMOUNT, context, 1, 0, shown="FSMOUNT_CLOEXEC")


def _bind(port: int = 80) -> None:
    with socket.socket() as made:
        made.bind(("127.0.0.1", port))


def _raw() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()


def _mknod() -> None:
    path = f"/tmp/.mknod-{os.getpid()}"
    os.mknod(path, 0o20666, os.makedev(1, 3))
    os.unlink(path)


def _set_time() -> None:
    # A lab is never in the machine's user namespace: the kernel refuses this in each.
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))


def _chown(path: str, uid: int) -> None:
    before = os.stat(path).st_uid
    os.chown(path, uid, -1)
    os.chown(path, before, -1)


_ACTS: dict[str, Callable[..., Any]] = {
    "mount": _mount,
    "sethostname": lambda: uts.sethostname(os.uname().nodename),
    "bind": _bind,
    "raw": _raw,
    "chroot": lambda: os.chroot("/"),
    "mknod": _mknod,
    "settimeofday": _set_time,
    "setuid": lambda uid: os.setresuid(uid, uid, uid),
    "chown": _chown,
    "setgroups": lambda: os.setgroups([]),
}
