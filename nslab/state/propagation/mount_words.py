"""mount(8): which calls of mount(2) a command line comes down to, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.mounting import FRESH, SINGLE
from nslab.state.propagation.operations import KINDS, Bind, Make, Mount, Move, Remount

if TYPE_CHECKING:
    from nslab.state.propagation.operations import Operation
    from nslab.state.propagation.words import Words

_MAKES = {f"{recursive}{kind}": (kind, bool(recursive)) for kind in KINDS for recursive in ("", "r")}
_LONG = {
    **{f"make-{word}": f"make-{word}" for word in _MAKES},
    "types": "t=", "options": "o=", "bind": "B", "rbind": "R", "move": "M", "read-only": "r", "rw": "w",
    "read-write": "w", "no-mtab": "n", "verbose": "v", "no-canonicalize": "c", "internal-only": "i",
    "source": "source=", "target": "target=",
}  # fmt: skip
_DOINGS = {"B": "bind", "R": "rbind", "M": "move", "r": "ro", "w": "rw"}
_QUIET = ("silent", "loud", "async", "sync", "iversion", "noiversion", "lazytime", "nolazytime")
_OWN = {
    "tmpfs": (
        *("size", "nr_blocks", "nr_inodes", "mode", "uid", "gid", "huge", "mpol", "inode32", "inode64"),
        "noswap",
    ),
    "proc": ("hidepid", "gid", "subset"),
    "devpts": ("newinstance", "ptmxmode", "mode", "uid", "gid", "max"),
}


@dataclass
class _Asked:
    fstype: str = ""
    source: str = ""
    target: str = ""
    doing: str = ""
    options: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    makes: list[tuple[str, bool]] = field(default_factory=list)
    by_option: str = ""


def read(words: Words, space: str, util_linux: tuple[int, int]) -> tuple[Operation, ...]:
    """Return the operations that *words* ask for in *space*. Raises NotUnderstood."""
    asked = _Asked()
    for option, value in words.options("t:o:BRMrwnvci", long=_LONG):
        _take(asked, option, value, words)
    operands = [word for word in words.operands(0, 2, "a source and a target") if word]
    alone = _place(asked, operands, words)
    return (*_first(asked, space, words, alone=alone, util_linux=util_linux), *_makes(asked, space))


def _take(asked: _Asked, option: str, value: str, words: Words) -> None:
    if option == "t":
        asked.fstype = value
    elif option in ("source", "target"):
        setattr(asked, option, value)
    elif option.startswith("make-"):
        asked.makes.append(_MAKES[option[5:]])
        asked.by_option = asked.by_option or "make"
    elif option == "o":
        for word in filter(None, value.split(",")):
            _take_word(asked, word, words)
    elif option in _DOINGS:
        asked.by_option = option if option in "BRM" else asked.by_option
        _take_word(asked, _DOINGS[option], words)


def _take_word(asked: _Asked, word: str, words: Words) -> None:
    """Take one word of ``-o``; whether a file system's own is known shows when its type is."""
    if word in ("bind", "rbind", "move", "remount"):
        both = {asked.doing, word}
        if asked.doing and both not in ({"bind", "remount"}, {word}):
            words.complain(word, f"it does not go together with {asked.doing}")
        asked.doing = "remount-bind" if both == {"bind", "remount"} else word
    elif word in _MAKES:
        asked.makes.append(_MAKES[word])
    elif word in flags.WORDS:
        asked.options.append(word)
    elif word not in _QUIET:
        asked.own.append(word)


def _place(asked: _Asked, operands: list[str], words: Words) -> bool:
    """Find source and target among the operands; return whether the target stands alone."""
    if asked.by_option in ("B", "R", "M") and (asked.source or asked.fstype):
        words.complain("--source" if asked.source else "-t", f"mount takes none with --{asked.doing}")
    if asked.target and operands:
        asked.source = operands.pop(0)
    elif asked.source and operands:
        asked.target = operands.pop(0)
    elif operands:
        *source, asked.target = operands[:2]
        asked.source, operands = (source or [""])[0], operands[2:]
    if operands:
        words.complain(operands[0], "source and target are named already")
    if not asked.target:
        words.complain("mount", "a source and a target must follow")
    return not asked.source


def _first(
    asked: _Asked, space: str, words: Words, *, alone: bool, util_linux: tuple[int, int]
) -> tuple[Operation, ...]:
    merge = alone or util_linux >= (2, 39)
    options = tuple(asked.options)
    if asked.doing.startswith("remount"):
        _check_own(asked, words, ())
        return (Remount(space, asked.target, options, asked.doing == "remount-bind", merge),)
    if alone:
        if asked.by_option == "make" and not (asked.doing or asked.fstype or options or asked.own):
            return ()
        words.complain(asked.target, "a source and a target are needed; /etc/fstab is not modelled")
    if asked.doing == "move":
        _check_own(asked, words, ())
        return (Move(space, asked.source, asked.target),)
    if asked.doing:
        _check_own(asked, words, ())
        bound = Bind(space, asked.source, asked.target, asked.doing == "rbind")
        again = Remount(space, asked.target, options, bind=True, merge=util_linux >= (2, 39))
        return (bound, again) if [word for word in options if word not in ("rw", "defaults")] else (bound,)
    if asked.makes and asked.source == "none" and not asked.fstype:
        return ()
    return (_new(asked, space, words),)


def _new(asked: _Asked, space: str, words: Words) -> Mount:
    if asked.fstype not in FRESH + SINGLE:
        known = ", ".join(FRESH + SINGLE)
        if not asked.fstype:
            words.complain(asked.source, f"say what to do with it: --bind, or a type with -t ({known})")
        words.complain(asked.fstype, f"the model knows the file system types {known}")
    _check_own(asked, words, _OWN.get(asked.fstype, ()))
    return Mount(space, asked.fstype, asked.target, asked.source, tuple(asked.options))


def _check_own(asked: _Asked, words: Words, known: tuple[str, ...]) -> None:
    for word in asked.own:
        if word.partition("=")[0] not in known:
            words.complain(word, "the model knows no such option here")


def _makes(asked: _Asked, space: str) -> tuple[Operation, ...]:
    return tuple(Make(space, asked.target, kind, recursive) for kind, recursive in asked.makes)
