"""UTS namespaces at one moment: their two names, and who lives in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Uts:
    """A UTS namespace: the spaces in it, what it says of itself, and which user namespace owns it.

    ``owner`` names a space that is in that user namespace, empty when none is.
    Source: uts_namespaces(7). Introduced in chapter 5.
    """

    spaces: tuple[str, ...]
    nodename: str
    domainname: str
    owner: str
    number: int


def read(found: Mapping[str, Sequence[int | str]]) -> tuple[Uts, ...]:
    """Return the UTS namespaces of spaces, in order of first sight.

    *found* gives for each space the inodes of its UTS namespace, of that one's owner
    and of its own user namespace, then nodename and domainname.

    >>> read({"host": (7, 1, 1, "host", "(none)"), "web": (7, 1, 2, "host", "(none)")})
    (Uts(spaces=('host', 'web'), nodename='host', domainname='(none)', owner='host', number=7),)
    """
    together: dict[int, list[str]] = {}
    for space, (number, *_) in found.items():
        together.setdefault(int(number), []).append(space)
    users = {user: space for space, (_, _, user, *_) in reversed(list(found.items()))}
    return tuple(_uts(number, spaces, found[spaces[0]], users) for number, spaces in together.items())


def _uts(number: int, spaces: list[str], told: Sequence[int | str], users: Mapping[int | str, str]) -> Uts:
    _, owner, _, nodename, domainname = told
    living = users.get(owner, "")
    return Uts(tuple(spaces), str(nodename), str(domainname), living, number)
