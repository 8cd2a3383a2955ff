"""Chosen id maps for a space's new user namespace: a helper that stays outside writes them."""

from __future__ import annotations

import os

from nslab.linux import idmap, process
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

KINDS = ("setgroups", "uid_map", "gid_map")
"""The files, in the order in which they can be written."""


class Writer:
    """A child of the caller that stays in its user namespace and writes *texts* there, by file name.

    Made before the caller unshares; *proc* is a descriptor of the lab's proc file system.
    """

    def __init__(self, proc: int, texts: dict[str, str]) -> None:
        question, self._ask = os.pipe()
        self._told, answer = os.pipe()
        target = os.readlink("self", dir_fd=proc)
        self._child = os.fork()
        if not self._child:
            os.close(self._ask)
            os.close(self._told)
            _serve(question, answer, proc, target, texts)
        os.close(question)
        os.close(answer)

    def write(self) -> None:
        """Have the maps written, and wait for it. Raises KernelRefused."""
        os.write(self._ask, b".")
        told = b"".join(iter(lambda: os.read(self._told, 65536), b"")).decode()
        self.end()
        if told:
            number, call, arguments = told.split("\0")
            raise KernelRefused(int(number), call, arguments)

    def end(self) -> None:
        """Let go of the child, whether or not it has written."""
        os.close(self._ask)
        os.close(self._told)
        os.waitpid(self._child, 0)


def _serve(question: int, answer: int, proc: int, target: str, texts: dict[str, str]) -> NoReturn:
    try:
        if os.read(question, 1):
            directory = os.open(target, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
            for kind in KINDS:
                if texts.get(kind):
                    idmap.write(directory, kind, texts[kind])
    except KernelRefused as error:
        os.write(answer, "\0".join((str(error.errno), error.call, error.arguments)).encode())
    except OSError as error:
        os.write(answer, "\0".join((str(error.errno), "open", "'/proc/PID'")).encode())
    finally:
        os._exit(0)


def become_root() -> None:
    """Be user and group 0 of the caller's user namespace, as far as it has them; stay dumpable.

    Where 0 is not mapped, the caller keeps the id it came with. Source: setresuid(2).
    """
    for change in (os.setresgid, os.setresuid):
        try:
            change(0, 0, 0)
        except OSError:
            continue
    process.set_dumpable()


def file(proc: int, path: str, text: str | None) -> str:
    """Return what the caller reads in a file of a proc file system; or write *text* to it, in one write(2).

    The kernel shows ids as the reader's user namespace has them. Raises OSError,
    KernelRefused when it is written. Source: user_namespaces(7), proc(5).
    """
    if text is None:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc), encoding="utf-8") as opened:
            return opened.read()
    pid, _, kind = path.partition("/")
    directory = os.open(pid, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
    try:
        idmap.write(directory, kind, text)
    finally:
        os.close(directory)
    return ""
