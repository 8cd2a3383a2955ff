"""Command lines of mount(8), umount(8), unshare(1) and their like, as operations.

Source: mount(8), umount(8), unshare(1), pivot_root(8); util-linux libmount, which turns one command
into several calls of mount(2).
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.state.propagation import mount_words
from nslab.state.propagation.operations import (
    Chdir,
    Chroot,
    Make,
    MakePath,
    PivotRoot,
    RemovePath,
    Umount,
    UmountAll,
    Unshare,
)
from nslab.state.propagation.refused import NotUnderstood
from nslab.state.propagation.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.state.propagation.operations import Operation

_PREFIX = re.compile(r"\s*([\w.-]+)\s*[:#]\s+(.*)", re.DOTALL)
_SHELL = re.compile(r"[;|&<>()$`*?{}\n]|(?:^|\s)~")


@dataclass(frozen=True, slots=True)
class Command:
    """A command line that was understood: in which space, and the calls that it comes down to."""

    line: str
    space: str
    operations: tuple[Operation, ...]


def parse(line: str, space: str = "", *, born: str = "new", util_linux: tuple[int, int] = (2, 39)) -> Command:
    """Return what *line* asks for, in the space that it names (``web: umount /mnt``) or else in *space*.

    *born* is the name of a space that it makes. Before util-linux 2.39, options that a remount does not
    name are cleared unless the target stands alone. Raises NotUnderstood that quotes the line and says
    which part was not understood. Introduced in chapter 4.

    >>> parse("host: mount --bind /a /b").operations
    (Bind(space='host', source='/a', target='/b', recursive=False),)
    >>> parse("ls /", "host")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nslab.state.propagation.refused.NotUnderstood: 'ls' in 'ls /' is not understood: known are mount, ...
    """
    named = _PREFIX.fullmatch(line)
    space, said = (named[1], named[2].strip()) if named else (space, line.strip())
    if not space:
        raise NotUnderstood(f"{line!r} does not say in which space; write it as host: {line.strip()}")
    if odd := _SHELL.search(said):
        raise NotUnderstood(
            f"{odd[0].strip()!r} in {line!r} is not understood: one plain command, without the shell"
        )
    try:
        program, *rest = shlex.split(said) or [""]
    except ValueError as error:
        raise NotUnderstood(f"{line!r} is not understood: {error}") from None
    if program not in _PROGRAMS:
        raise NotUnderstood(f"{program!r} in {line!r} is not understood: known are {', '.join(_PROGRAMS)}")
    words = Words(program, rest, line)
    if program == "mount":
        return Command(said, space, mount_words.read(words, space, util_linux))
    if program == "unshare":
        return Command(said, space, _unshare(words, space, born))
    return Command(said, space, _PROGRAMS[program](words, space))


def _umount(words: Words, space: str) -> tuple[Operation, ...]:
    lazy = force = recursive = False
    for option, _ in words.options("lRfnvqci", long=_UMOUNT):
        lazy |= option == "l"
        force |= option == "f"
        recursive |= option == "R"
    targets = words.operands(1, 99, "a mount point")
    if recursive:
        return tuple(UmountAll(space, target, lazy, force) for target in targets)
    return tuple(Umount(space, target, lazy, force) for target in targets)


_UMOUNT = {
    "lazy": "l", "recursive": "R", "force": "f", "no-mtab": "n", "verbose": "v", "quiet": "q",
    "no-canonicalize": "c", "internal-only": "i",
}  # fmt: skip
_UNSHARE = {
    "mount": "m", "user": "U", "map-root-user": "r", "map-current-user": "c", "propagation": "propagation=",
    "uts": "u", "ipc": "i", "net": "n", "pid": "p", "cgroup": "C", "time": "T", "fork": "f", "keep-caps": "k",
}  # fmt: skip


_OTHERS = {"p": "pid", "n": "net", "i": "ipc", "C": "cgroup"}


def _unshare(words: Words, space: str, born: str) -> tuple[Operation, ...]:
    mount = user = False
    others: list[str] = []
    propagation = "private"
    for option, value in words.options("mUrcuinpCTf", long=_UNSHARE, until_operand=True):
        mount |= option == "m"
        user |= option in ("U", "r", "c")
        if option in _OTHERS:
            others.append(_OTHERS[option])
        if option == "propagation":
            propagation = value
    if propagation not in ("private", "shared", "slave", "unchanged"):
        words.complain(propagation, "the propagation is private, shared, slave or unchanged")
    if not (mount or user):
        words.complain("unshare", "it makes no mount namespace; say --mount")
    made: list[Operation] = [Unshare(space, born, mount, user, tuple(others))]
    if mount and propagation != "unchanged":
        made.append(Make(born, "/", propagation, recursive=True))
    return tuple(made)


def _pivot_root(words: Words, space: str) -> tuple[Operation, ...]:
    words.no_options()
    new, old = words.operands(2, 2, "a new root and a place for the old one")
    return (PivotRoot(space, new, old),)


def _chroot(words: Words, space: str) -> tuple[Operation, ...]:
    words.no_options()
    return (Chroot(space, words.operands(1, 99, "a directory")[0]),)


def _cd(words: Words, space: str) -> tuple[Operation, ...]:
    words.no_options()
    return (Chdir(space, words.operands(1, 1, "a directory")[0]),)


def _mkdir(words: Words, space: str) -> tuple[Operation, ...]:
    given = [option for option, _ in words.options("pv", long={"parents": "p", "verbose": "v"})]
    parents = "p" in given
    return tuple(MakePath(space, path, "dir", parents) for path in words.operands(1, 99, "a directory"))


def _rmdir(words: Words, space: str) -> tuple[Operation, ...]:
    words.no_options()
    return tuple(RemovePath(space, path) for path in words.operands(1, 99, "a directory"))


def _touch(words: Words, space: str) -> tuple[Operation, ...]:
    words.no_options()
    return tuple(MakePath(space, path, "file") for path in words.operands(1, 99, "a file"))


def _unused(words: Words, space: str) -> tuple[Operation, ...]:
    raise AssertionError


_PROGRAMS: dict[str, Callable[[Words, str], tuple[Operation, ...]]] = {
    "mount": _unused,
    "umount": _umount,
    "unshare": _unused,
    "pivot_root": _pivot_root,
    "chroot": _chroot,
    "cd": _cd,
    "mkdir": _mkdir,
    "rmdir": _rmdir,
    "touch": _touch,
}
