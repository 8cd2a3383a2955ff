"""User namespaces stacked on each other: which ids are the same id, from the innermost to the lab's host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.state.idmap import Extent, IdMap

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Piece:
    """``length`` ids that go together through every level; ``firsts`` is the first of them at each."""

    firsts: tuple[int, ...]
    length: int

    def at(self, level: int) -> str:
        """Return the ids at a level, as a number or a range.

        >>> Piece((0, 1000), 1).at(1), Piece((1, 5000), 10).at(0)
        ('1000', '1..10')
        """
        first = self.firsts[level]
        return str(first) if self.length == 1 else f"{first}..{first + self.length - 1}"


@dataclass(frozen=True, slots=True)
class IdStack:
    """The levels of ``kind`` (uid or gid) ids by space, innermost first, and the map from each to the next.

    Introduced in chapter 9.
    """

    kind: str
    names: tuple[str, ...]
    maps: tuple[IdMap, ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        r"""The runs of ids that every level maps, in the order of the innermost.

        >>> inner, outer = IdMap.parse("0 0 2"), IdMap.parse("0 100 1\n1 500 9")
        >>> [piece.firsts for piece in IdStack("uid", ("a", "b", "host"), (inner, outer)).pieces]
        [(0, 0, 100), (1, 1, 500)]
        """
        if not self.maps:
            return ()
        rows = [Piece((one.inside, one.outside), one.length) for one in sorted(self.maps[0].extents)]
        for further in self.maps[1:]:
            rows = [part for row in rows for part in _split(row, further)]
        return tuple(rows)

    @property
    def whole(self) -> IdMap:
        """The composed map, from the innermost level to the outermost."""
        made = self.maps[0]
        for further in self.maps[1:]:
            made = made.through(further)
        return made


def _split(row: Piece, further: IdMap) -> Iterable[Piece]:
    for part in IdMap((Extent(0, row.firsts[-1], row.length),)).through_parts(further):
        yield Piece((*(first + part.inside for first in row.firsts), part.outside), part.length)
