"""The mount table as cells: what both the text twin and the picture lay out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view.fold import ancestor
from nslab.view.words import legible, place, propagation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nslab.state.mountinfo import Mount
    from nslab.view.fold import Shown

EMPTY = "no mounts here"


@dataclass(frozen=True, slots=True)
class Cell:
    """One mount in one column: its type in words, its group's place, and how it stands."""

    words: str
    group: int
    new: bool
    covered: str
    locked: bool = False

    def text(self) -> str:
        """Return the cell in words."""
        marks = ["locked"] if self.locked else []
        marks += ["new"] if self.new else []
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
    """All rows that are shown, and notes of what is folded away."""

    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def table(shown: Shown, names: Mapping[int, str]) -> Table:
    """Return what is *shown* as a table; *names* are the groups'."""
    rows = shown.rows
    ancestry = [ancestor(rows, number) for number in range(len(rows))]
    later = _with_later_sibling(ancestry)
    lines = []
    for number, row in enumerate(rows):
        cells = tuple(
            _cell(mount, shown, column, names) if mount else None for column, mount in enumerate(row.mounts)
        )
        above = ancestry[number]
        name = row.path if above is None else _relative(row.path, rows[above].path)
        lines.append(Line(_guides(ancestry, later, number), legible(name), legible(row.what), cells))
    titles = tuple(column.title for column in shown.mounts.columns[: shown.columns])
    return Table(titles, tuple(lines), shown.notes)


def _cell(mount: Mount, shown: Shown, column: int, names: Mapping[int, str]) -> Cell:
    cover = shown.mounts.columns[column].tree.covering(mount)
    covered = _cover(cover, mount, shown) if cover else ""
    group = place(names.get(mount.shared or mount.master))
    known = mount.identity in shown.new, covered, mount.identity in shown.locked
    return Cell(propagation(mount, names), group, *known)


def _cover(cover: Mount, mount: Mount, shown: Shown) -> str:
    """Return by what *mount* is hidden: the source of what lies on it, or where a mount cuts its path off."""
    what = shown.mounts.what(cover).partition(" (")[0]
    return legible(what if cover.point == mount.point else f"{what} on {cover.point}")


def _relative(path: str, above: str) -> str:
    return path[len(above.rstrip("/")) + 1 :] if path != above else "(on top)"


def _guides(ancestry: list[int | None], later: set[int], number: int) -> str:
    """Return the tree guides before a row: ``├─``, ``└─`` and the lines that pass by."""
    above = ancestry[number]
    if above is None:
        return ""
    parts = ["├─ " if number in later else "└─ "]
    while (higher := ancestry[above]) is not None:
        parts.append("│  " if above in later else "   ")
        above = higher
    return "".join(reversed(parts))


def _with_later_sibling(ancestry: list[int | None]) -> set[int]:
    last = {above: number for number, above in enumerate(ancestry)}
    return {number for number, above in enumerate(ancestry) if last[above] != number}
