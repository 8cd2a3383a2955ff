"""The mount table as cells: what both the text twin and the picture lay out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view.words import place, propagation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nslab.state.mountinfo import Mount
    from nslab.state.mounts import Mounts, Row


FOLDED = "… the lab's own mounts on /dev, /proc, /sys and /usr are folded away"
"""Said where they are; how many there are differs between machines."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One mount in one column: its type in words, its group's place, and how it stands."""

    words: str
    group: int
    new: bool
    covered: str

    def text(self) -> str:
        """Return the cell in words."""
        marks = ["new"] if self.new else []
        marks += [f"hidden by {self.covered}"] if self.covered else []
        return " · ".join([self.words, *marks])


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the guides of the path tree, the last part of the path, what is mounted, its cells."""

    guides: str
    name: str
    what: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All rows that are shown, and how many mounts are folded away."""

    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    folded: int


def table(mounts: Mounts, names: Mapping[int, str], new: Collection[int] = frozenset()) -> Table:
    """Return *mounts* as a table; *names* are the groups', *new* the identities to mark."""
    rows = mounts.rows()
    ancestry = [_ancestor(rows, number) for number in range(len(rows))]
    lines = []
    for number, row in enumerate(rows):
        cells = tuple(
            _cell(mount, mounts, column, names, new) if mount else None for column, mount in enumerate(row.mounts)
        )
        above = ancestry[number]
        name = row.path if above is None else _relative(row.path, rows[above].path)
        lines.append(Line(_guides(ancestry, number), name, row.what, cells))
    return Table(tuple(column.title for column in mounts.columns), tuple(lines), mounts.folded())


def _cell(mount: Mount, mounts: Mounts, column: int, names: Mapping[int, str], new: Collection[int]) -> Cell:
    cover = mounts.columns[column].tree.covering(mount)
    covered = "" if cover is None else (cover.source if cover.point == mount.point else f"{cover.source} on {cover.point}")
    group = place(names.get(mount.shared or mount.master))
    return Cell(propagation(mount, names), group, mount.identity in new, covered)


def _ancestor(rows: tuple[Row, ...], number: int) -> int | None:
    """Return the nearest earlier row that this one stands in, or on."""
    place = rows[number].place
    for earlier in range(number - 1, -1, -1):
        *way, (name, floor) = rows[earlier].place
        depth = len(way)
        if place[:depth] == tuple(way) and len(place) > depth and place[depth][0] == name and place[depth][1] >= floor:
            if place != rows[earlier].place:
                return earlier
    return None


def _relative(path: str, above: str) -> str:
    return path[len(above.rstrip("/")) + 1 :] if path != above else "(on top)"


def _guides(ancestry: list[int | None], number: int) -> str:
    """Return the tree guides before a row: ``├─``, ``└─`` and the lines that pass by."""
    above = ancestry[number]
    if above is None:
        return ""
    later = _with_later_sibling(ancestry)
    parts = ["├─ " if number in later else "└─ "]
    while above is not None and ancestry[above] is not None:
        parts.append("│  " if above in later else "   ")
        above = ancestry[above]
    return "".join(reversed(parts))


def _with_later_sibling(ancestry: list[int | None]) -> set[int]:
    last: dict[int | None, int] = {}
    for number, above in enumerate(ancestry):
        last[above] = number
    return {number for number, above in enumerate(ancestry) if last[above] != number}
