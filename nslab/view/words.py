"""How a mount's propagation is said: shared A, slave of B, private."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nslab.state.mountinfo import Mount


def propagation(mount: Mount, names: Mapping[int, str]) -> str:
    """Return the propagation type of *mount* with the names of its groups.

    A group that *names* lacks is shown by its number.
    """
    parts = []
    if mount.shared:
        parts.append(f"shared {names.get(mount.shared, mount.shared)}")
    if mount.master:
        parts.append(f"slave of {names.get(mount.master, mount.master)}")
    if mount.propagate_from:
        parts.append(f"from {names.get(mount.propagate_from, mount.propagate_from)}")
    return ", ".join(parts) or ("unbindable" if mount.unbindable else "private")


def group_words(group: int, master: int, names: Mapping[int, str]) -> str:
    """Return membership and master in words, as in the table: ``shared B, slave of A``.

    >>> group_words(7, 3, {7: "B", 3: "A"})
    'shared B, slave of A'
    """
    parts = [f"shared {names.get(group, group)}"] if group else []
    parts += [f"slave of {names.get(master, master)}"] if master else []
    return ", ".join(parts)


def place(name: str | None) -> int:
    """Return a group's place in the order of names, from 1, for its colour; 0 for no group.

    >>> place("A"), place("AA"), place("17"), place(None)
    (1, 27, 17, 0)
    """
    if not name or not name.isalpha():
        return int(name) if name and name.isdigit() else 0
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def plural(number: int, noun: str) -> str:
    """Return *number* and *noun*, with an s where it needs one.

    >>> plural(1, "space"), plural(3, "mount")
    ('1 space', '3 mounts')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def legible(text: str) -> str:
    r"""Return *text* with what can't be printed as octal escapes, in the manner of mountinfo.

    >>> legible("a\tb\udcff c")
    'a\\011b\\377 c'
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _octal(letter) for letter in text)


def _octal(letter: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", "surrogateescape"))
