"""Letters for peer groups: A, B, C in order of first sight, instead of the kernel's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nslab.state.mounts import Mounts


class Letters:
    """Names the peer groups of a lab, and keeps each name as long as the group lives.

    The kernel uses a group's number again as soon as it is free. A group is the
    same one as long as one of its mounts was in it before; else it is a new one
    with a new letter.
    """

    def __init__(self) -> None:
        self._letter: dict[int, str] = {}
        self._members: dict[int, frozenset[int]] = {}
        self._given = 0

    def names(self, mounts: Mounts, whole: Mounts | None = None) -> dict[int, str]:
        """Return the letter of each group in *mounts*, giving new ones in order of sight.

        *whole* are all mounts of the lab when *mounts* are those of some spaces
        only: a group lives on in spaces that are not looked at.
        """
        self._forget_the_dead(whole or mounts)
        groups = mounts.groups()
        for group in groups:
            if group not in self._letter:
                self._letter[group] = letter(self._given)
                self._given += 1
        return {group: self._letter[group] for group in groups}

    def _forget_the_dead(self, whole: Mounts) -> None:
        members: dict[int, set[int]] = {}
        mentioned: set[int] = set()
        for mount in whole.everything():
            members.setdefault(mount.shared, set()).add(mount.identity)
            mentioned |= {mount.master, mount.propagate_from}
        for group in list(self._letter):
            now, then = members.get(group), self._members.get(group)
            replaced = bool(now and then and not now & then)
            if replaced or (not now and group not in mentioned):
                del self._letter[group]
        self._members = {group: frozenset(now) for group, now in members.items()}


def letter(number: int) -> str:
    """Return the name of the group that was met as number *number*, from 0.

    >>> [letter(number) for number in (0, 1, 25, 26, 27, 701, 702)]
    ['A', 'B', 'Z', 'AA', 'AB', 'ZZ', 'AAA']
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
