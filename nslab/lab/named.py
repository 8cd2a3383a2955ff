"""Commands that stay, started by a name or with PIDs of one's choice."""

from __future__ import annotations

import os

from nslab.lab import commands
from nslab.linux import clone
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from nslab.lab.children import Children

PLACE = "/tmp"
"""Where the link is made; every lab's root has it."""


def start(children: Children, command: str, name: str, pids: list[int]) -> int:
    """Start a shell line in the background; return its process id. ps(1) shows it as *name*, if given.

    execve(2) takes a process's name from the path it is given: here that of a symbolic link,
    which is gone when this returns. *pids*, if there are any, are its PIDs, that of the innermost
    PID namespace first. Raises OSError; KernelRefused as :func:`nslab.linux.clone.fork_as`.
    """
    program, arguments = commands.program(command)
    if not name:
        return _spawn(children, program, arguments, pids)
    folder = f"{PLACE}/nslab-{os.getpid()}"
    os.mkdir(folder, 0o700)
    link = f"{folder}/{name}"
    try:
        os.symlink(program, link)
        return _spawn(children, link, arguments, pids)
    finally:
        if os.path.islink(link):
            os.unlink(link)
        os.rmdir(folder)


def _spawn(children: Children, program: str, arguments: list[str], pids: list[int]) -> int:
    """Start *program*; with *pids* wait until it has been executed, as posix_spawn(3) does."""
    if not pids:
        return children.start(program, arguments, {})
    reader, writer = os.pipe2(os.O_CLOEXEC)
    try:
        pid = clone.fork_as(pids)
        if pid == 0:
            _execute(children, program, arguments)
    except KernelRefused:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    children.take_in(pid)
    return pid


def _execute(children: Children, program: str, arguments: list[str]) -> NoReturn:
    try:
        children.become(program, arguments)
    finally:
        os._exit(127)
