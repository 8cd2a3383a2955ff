"""mount(8)'s option words, and the flags of mount(2) that they stand for."""

from __future__ import annotations

from nslab.linux import mount as m

_SET = {
    "ro": m.MS_RDONLY,
    "nosuid": m.MS_NOSUID,
    "nodev": m.MS_NODEV,
    "noexec": m.MS_NOEXEC,
    "noatime": m.MS_NOATIME,
    "nodiratime": m.MS_NODIRATIME,
    "relatime": m.MS_RELATIME,
    "strictatime": m.MS_STRICTATIME,
}
_CLEARED = {
    "rw": m.MS_RDONLY,
    "suid": m.MS_NOSUID,
    "dev": m.MS_NODEV,
    "exec": m.MS_NOEXEC,
    "atime": m.MS_NOATIME,
    "diratime": m.MS_NODIRATIME,
    "defaults": 0,
}


def parse(options: str, flags: int = 0) -> tuple[int, str | None]:
    """Return *flags* changed as comma-separated *options* say, and the file system's own words.

    Source: mount(8), "Filesystem-independent mount options". Introduced in chapter 4.

    >>> parse("ro,nodev,size=1m")
    (5, 'size=1m')
    """
    own = []
    for word in filter(None, options.split(",")):
        if word in _SET:
            flags |= _SET[word]
        elif word in _CLEARED:
            flags &= ~_CLEARED[word]
        else:
            own.append(word)
    return flags, ",".join(own) or None


def names(flags: int) -> list[str]:
    """Return *flags* as option words, ``rw`` or ``ro`` first.

    >>> names(m.MS_NODEV | m.MS_RELATIME)
    ['rw', 'nodev', 'relatime']
    """
    return [
        "ro" if flags & m.MS_RDONLY else "rw",
        *(word for word, flag in _SET.items() if flags & flag and word != "ro"),
    ]
