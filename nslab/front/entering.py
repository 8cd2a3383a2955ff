"""Why nsenter(1) was refused: which namespace, at which step, and the rule."""

from __future__ import annotations

import errno
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.linux.entering import attempt, is_among_us

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nslab.front.space import Space

LETTERS = {
    "U": "user",
    "C": "cgroup",
    "i": "ipc",
    "u": "uts",
    "n": "net",
    "p": "pid",
    "m": "mnt",
    "T": "time",
}
"""nsenter's short options, in the order in which it joins the namespaces."""

_LONG = {"mount": "mnt"}
_VALUED = {"target": "t", "setuid": "S", "setgid": "G"}
_FLAGS = {"all": "a", "no-fork": "F", "preserve-credentials": ""}


@dataclass(frozen=True, slots=True)
class Entry:
    """An nsenter command line: the files it joins, as type and path, and the command it runs there.

    ``everything`` says that these are all of the ``target``, by ``--all``.
    """

    target: str
    files: tuple[tuple[str, str], ...]
    command: str
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nsenter was refused: the errno's ``name``, the reason, and the ``way_out``."""

    name: str
    why: str
    way_out: str


def parse(command: str) -> Entry | None:
    """Return what an nsenter command line asks for, None for another program's or one not understood.

    >>> parse("nsenter -t 5 -m --uts=/run/ns/web hostname").files
    (('uts', '/run/ns/web'), ('mnt', '/proc/5/ns/mnt'))
    """
    try:
        words = shlex.split(command)
        if words[:1] != ["nsenter"]:
            return None
        given = words[1:]
        options = dict(_options(given))
    except (ValueError, IndexError):
        return None
    target = options.pop("t", "")
    wanted = {kind: options.get(kind, "" if "a" in options else None) for kind in LETTERS.values()}
    files = {kind: path or f"/proc/{target}/ns/{kind}" for kind, path in wanted.items() if path is not None}
    return Entry(target, tuple(files.items()), shlex.join(given), "a" in options)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each option in front of the command with its value, and take them off *words*."""
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if word == "--":
            return
        if word.startswith("--"):
            yield _long(*word[2:].partition("="), words)
        else:
            yield from _short(word[1:], words)


def _long(name: str, equals: str, value: str, words: list[str]) -> tuple[str, str]:
    kind = _LONG.get(name, name)
    if kind in LETTERS.values():
        return kind, value
    if name in _VALUED:
        return _VALUED[name], value if equals else words.pop(0)
    if name in _FLAGS and not equals:
        return _FLAGS[name], ""
    raise ValueError(name)


def _short(letters: str, words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of one word: what follows a type's letter at once is its file."""
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in LETTERS:
            yield LETTERS[letter], letters
            return
        if letter in _VALUED.values():
            yield letter, letters or words.pop(0)
            return
        if letter not in _FLAGS.values():
            raise ValueError(letter)
        yield letter, ""


def refusal(space: Space, entry: Entry) -> Refusal | None:
    """Return why the kernel lets *space* not do what *entry* asks for, None when it does let it.

    It is tried once more, in a process that is thrown away. Raises SpaceGone.
    Source: setns(2), ptrace(2), ioctl_ns(2), kernel/nsproxy.c. Introduced in chapter 3.
    """
    if any("/proc//" in path for _, path in entry.files):
        return None
    files = [[kind, path] for kind, path in entry.files]
    if entry.everything and space.call(is_among_us, entry.target):
        files = [[kind, path] for kind, path in files if kind != "user"]
    step, number, place = space.call(attempt, files)
    if not step:
        return None
    kind, path = files[place]
    why, way_out = _reason(step, number, kind, path)
    return Refusal(errno.errorcode[number], why, way_out)


def _reason(step: str, number: int, kind: str, path: str) -> tuple[str, str]:
    if step == "open" and number == errno.EACCES:
        return (
            f"{path} may be opened only by who may trace that process",
            "join as root of the user namespace that the process is in, or of one above it",
        )
    if step == "open":
        return (
            f"this space's /proc has no {path}" if path.startswith("/proc/") else f"there is no {path}",
            "look for the process with ps: a PID counts in the PID namespace that /proc was mounted for",
        )
    if step in _FILES:
        why, way_out = _FILES[step]
        return why.format(path=path, kind=kind), way_out.format(kind=kind)
    why, way_out = _JOINS.get((number, kind)) or _JOINS.get((number, "")) or ("setns(2) refuses {kind}", "")
    return why.format(path=path, kind=kind), way_out


_FILES = {
    "other": (
        "{path} is no namespace: in this mount namespace nothing of nsfs is mounted there",
        "bind /proc/PID/ns/{kind} on it, or join where that bind was made",
    ),
    "type": (
        "{path} is a namespace of another type than {kind}",
        "use the option of its type; readlink on it tells which",
    ),
    "own": (
        "nobody may enter the user namespace in which one is already: that would give back lost capabilities",
        "leave out --user",
    ),
}

_JOINS = {
    (errno.EPERM, "user"): (
        "{path} is not below this space's own user namespace, and nobody here has CAP_SYS_ADMIN in it",
        "enter from the user namespace that it was made in",
    ),
    (errno.EPERM, ""): (
        "joining {path} needs CAP_SYS_ADMIN in the user namespace that owns it, and in one's own",
        "join the owning user namespace as well, with --user",
    ),
    (errno.EINVAL, "pid"): (
        "children can be put only into the PID namespace one is in or one below it, and {path} is neither",
        "enter from the PID namespace in which that one was made",
    ),
}
