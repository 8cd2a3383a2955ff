"""The options of a single mount: ro, nosuid, nodev, noexec and the three of access times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

RO, NOSUID, NODEV, NOEXEC, NOATIME, NODIRATIME, RELATIME, NOSYMFOLLOW = (1 << bit for bit in range(8))

ATIME = NOATIME | NODIRATIME | RELATIME
"""The bits that are one thing to the kernel: changed together, locked together."""

LOCKABLE = RO | NOSUID | NODEV | NOEXEC
"""The options that are locked when a less privileged user namespace inherits them."""

LOCK_ATIME = NOATIME
"""The bit that stands in a set of locks for all of :data:`ATIME`."""

_WORDS = {
    "nosuid": NOSUID,
    "nodev": NODEV,
    "noexec": NOEXEC,
    "noatime": NOATIME,
    "nodiratime": NODIRATIME,
    "relatime": RELATIME,
    "nosymfollow": NOSYMFOLLOW,
}
_ON = {"ro": RO, **_WORDS, "strictatime": 0}
_OFF = {"rw": RO, "suid": NOSUID, "dev": NODEV, "exec": NOEXEC, "symfollow": NOSYMFOLLOW}
_OFF |= {"atime": NOATIME, "diratime": NODIRATIME, "norelatime": RELATIME, "nostrictatime": 0}

WORDS = frozenset({*_ON, *_OFF, "defaults"})
"""Every option word that means one of these bits."""


def shown(flags: int) -> str:
    """Return *flags* as mountinfo writes them.

    >>> shown(NODEV | RELATIME)
    'rw,nodev,relatime'
    """
    return ",".join(["ro" if flags & RO else "rw", *[word for word, bit in _WORDS.items() if flags & bit]])


def read(options: str) -> int:
    """Return the bits of mountinfo's options field; words that are no such bit are passed over.

    >>> read("ro,noatime,idmapped") == RO | NOATIME
    True
    """
    flags = 0
    for word in options.split(","):
        flags |= _ON.get(word, 0)
    return flags


def asked(words: Iterable[str], kept: int | None = None) -> int:
    """Return the bits that mount(2) is called for with option *words*.

    *kept* are the bits in force on a mount that is remounted, None for a new one: without a word
    about access times they stay as they were, and are ``relatime`` on a new mount.
    Source: mount(2); kernel fs/namespace.c, path_mount().

    >>> shown(asked(["ro", "nodev"]))
    'ro,nodev,relatime'
    >>> shown(asked(["ro"], kept=NOATIME))
    'ro,noatime'
    """
    flags, strict = 0, False
    for word in words:
        flags = flags | _ON[word] if word in _ON else flags & ~_OFF.get(word, 0)
        strict = word == "strictatime" or (strict and word != "nostrictatime")
    if kept is not None and not (strict or flags & ATIME):
        return flags & ~ATIME | kept & ATIME
    if strict:
        return flags & ~(NOATIME | RELATIME)
    return flags & ~RELATIME if flags & NOATIME else flags | RELATIME


def locks(flags: int) -> int:
    """Return what gets locked on a mount with *flags* when a less privileged user namespace inherits it."""
    return flags & LOCKABLE | LOCK_ATIME


def breaks(locked: int, now: int, wanted: int) -> str:
    """Return the option that a change from *now* to *wanted* may not touch, empty when it may be done.

    Source: kernel fs/namespace.c, can_change_locked_flags().

    >>> breaks(RO | LOCK_ATIME, RO | RELATIME, RELATIME)
    'ro'
    """
    for word in ("ro", "nodev", "nosuid", "noexec"):
        if locked & _ON[word] and not wanted & _ON[word]:
            return word
    return "atime" if locked & LOCK_ATIME and now & ATIME != wanted & ATIME else ""
