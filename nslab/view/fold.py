"""What of a mount table is shown, and what is folded away since it would be a wall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nslab.view.words import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nslab.state.mounts import Mounts, Row

MOST_NAMESPACES = 6
MOST_ROWS = 40

LAB_FOLDED = "… the lab's own mounts on /dev, /proc, /sys and /usr are folded away"
"""Said where they are; how many there are differs between machines."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows, of ``every`` one, and columns that are shown; identities to mark; notes of the rest."""

    mounts: Mounts
    every: tuple[Row, ...]
    rows: tuple[Row, ...]
    columns: int
    new: Collection[int]
    locked: Collection[int]
    notes: tuple[str, ...]


def fold(mounts: Mounts, new: Collection[int] = frozenset(), locked: Collection[int] = frozenset()) -> Shown:
    """Return what to show of *mounts*: at most 6 namespaces and 40 rows, those with *new* mounts first.

    Rows keep their order; a row that is shown for its new mounts brings along those it stands in.
    """
    columns = min(len(mounts.columns), MOST_NAMESPACES)
    every = mounts.rows()
    there = [replace(row, mounts=row.mounts[:columns]) for row in every if any(row.mounts[:columns])]
    kept = _most_wanted(there, new)
    notes = [LAB_FOLDED] if mounts.folded() else []
    if len(kept) < len(there):
        notes.append(
            f"… {plural(len(there) - len(kept), 'more row')} folded away: ask about a path with under="
        )
    if columns < len(mounts.columns):
        rest = mounts.columns[columns:]
        titles = ", ".join(column.title for column in rest)
        notes.append(f"… {plural(len(rest), 'more mount namespace')} folded away: {titles}")
    return Shown(mounts, every, tuple(kept), columns, new, locked, tuple(notes))


def _most_wanted(rows: list[Row], new: Collection[int]) -> list[Row]:
    if len(rows) <= MOST_ROWS:
        return rows
    wanted: dict[int, None] = {}
    for number, row in enumerate(rows):
        if any(mount and mount.identity in new for mount in row.mounts):
            wanted.update(dict.fromkeys([*_above(rows, number), number]))
    wanted.update(dict.fromkeys(range(len(rows))))
    return [rows[number] for number in sorted(list(wanted)[:MOST_ROWS])]


def _above(rows: list[Row], number: int) -> list[int]:
    """Return the earlier rows that row *number* stands in, outermost first."""
    above: list[int] = []
    while (found := ancestor(rows, number)) is not None:
        above.insert(0, found)
        number = found
    return above


def ancestor(rows: Sequence[Row], number: int) -> int | None:
    """Return the number of the nearest earlier row that row *number* stands in, or on; None for none."""
    place = rows[number].place
    for at in range(number - 1, -1, -1):
        *way, (name, floor) = rows[at].place
        depth = len(way)
        leads_here = place[:depth] == tuple(way) and len(place) > depth and place[depth][0] == name
        if leads_here and place[depth][1] >= floor and place != rows[at].place:
            return at
    return None
