"""The mount tree with the path of each mount beside it, at one moment or at two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.fold import LAB_FOLDED
from nslab.view.words import legible, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure as Drawing

    from nslab.state.root_tree import RootRow, RootTree

HEADS = ("mount tree", "path")
GONE = "gone"
BETWEEN = 56.0
STEP = 12.0


class RootTreeFigure(Figure):
    """A mount namespace's mounts by what they are attached to, and by path; ``trees`` are the moments.

    With two moments, a line leads from each mount to where it is afterwards.
    Introduced in chapter 2.
    """

    def __init__(self, *trees: RootTree) -> None:
        self.trees = trees
        self._rows = [tree.rows() for tree in trees]

    def to(self, later: RootTreeFigure) -> RootTreeFigure:
        """Return a picture of this moment beside a *later* one."""
        return RootTreeFigure(self.trees[0], later.trees[-1])

    def text(self) -> str:
        """Return the mount tree with the paths; with two moments both, then what is gone."""
        lines: list[str] = []
        for heading, rows in zip(self._headings(), self._rows, strict=True):
            indent = "  " if heading else ""
            lines += [heading] if heading else []
            lines += [f"{indent}{line}" for line in _table(rows)]
        lines += [f"{GONE}: {row.what}, was at {legible(row.path)}" for row in self._gone()]
        return "\n".join([*lines, *self._notes()])

    def description(self) -> str:
        """Return the path of each mount at each moment."""
        told = [", ".join(f"{row.what} at {legible(row.path)}" for row in rows) for rows in self._rows]
        if len(told) == 1:
            return f"Mount tree: {told[0]}"
        return f"Mount tree before: {told[0]}; after: {told[1]}; {plural(len(self._gone()), 'mount')} gone"

    def draw(self) -> Drawing:
        """Return the picture: a panel for each moment, and lines between the same mounts."""
        wide = [_widths(rows) for rows in self._rows]
        lefts = [m.MARGIN]
        for tree, path in wide[:-1]:
            lefts.append(lefts[-1] + tree + path + BETWEEN)
        bottom = m.MARGIN + m.ROW * (2 + max(map(len, self._rows)))
        height = bottom + m.MARGIN + m.ROW * len(self._notes())
        notes = max((p.width(note, m.SMALL) for note in self._notes()), default=0.0)
        sheet = p.Paper(max(lefts[-1] + sum(wide[-1]), m.MARGIN + notes) + m.MARGIN, height)
        for left, (tree, path), heading, rows in zip(lefts, wide, self._headings(), self._rows, strict=True):
            sheet.box(left, m.MARGIN, tree + path, m.ROW * (2 + len(rows)))
            self._panel(sheet, left + m.PAD, tree, heading, rows)
        if len(lefts) == 2:
            self._ways(sheet, lefts[0] + sum(wide[0]), lefts[1])
        for note in self._notes():
            sheet.text(m.MARGIN, bottom + m.ROW * 0.7, note, colour=p.FAINT, size=m.SMALL)
        return sheet.drawing()

    def _headings(self) -> tuple[str, ...]:
        return ("before", "after") if len(self.trees) == 2 else ("",)

    def _gone(self) -> list[RootRow]:
        after = {row.identity for row in self._rows[-1]}
        return [row for row in self._rows[0] if row.identity not in after]

    def _notes(self) -> list[str]:
        return [LAB_FOLDED] if any(tree.mounts.folded() for tree in self.trees) else []

    def _panel(
        self, sheet: p.Paper, left: float, tree: float, heading: str, rows: tuple[RootRow, ...]
    ) -> None:
        sheet.text(left, m.MARGIN + m.ROW / 2, heading, bold=True)
        for x, head in zip((left, left + tree), HEADS, strict=True):
            sheet.text(x, m.MARGIN + m.ROW * 1.5, head, colour=p.FAINT)
        for number, row in enumerate(rows):
            y = _middle(number)
            if row.depth:
                x = left + STEP * (row.depth - 0.6)
                sheet.line([(x, _middle(_parent(rows, number)) + 7), (x, y), (x + 6, y)], colour=p.FAINT)
            sheet.text(left + STEP * row.depth, y, row.what)
            path = legible(row.path)
            sheet.text(left + tree, y, path)
            sheet.text(left + tree + p.width(path) + m.PAD, y, _mark(row), colour=p.NEW, bold=True)

    def _ways(self, sheet: p.Paper, left: float, right: float) -> None:
        """Draw a line from each mount to its place afterwards; a short one with a cross for what is gone."""
        after = {row.identity: number for number, row in enumerate(self._rows[1])}
        for number, row in enumerate(self._rows[0]):
            y, ink = _middle(number), m.colours(number + 1)[0]
            if row.identity in after:
                to = _middle(after[row.identity])
                sheet.line([(left, y), (left + 8, y), (right - 8, to), (right, to)], colour=ink, thick=1.4)
            else:
                x = left + 16
                sheet.line([(left, y), (x - 4, y)], colour=ink, thick=1.4)
                for turn in (-4, 4):
                    sheet.line([(x - 4, y - turn), (x + 4, y + turn)], colour=ink, thick=1.6)


def _table(rows: tuple[RootRow, ...]) -> Iterator[str]:
    lines = [(HEADS[0], HEADS[1], "")]
    lines += [("  " * row.depth + row.what, legible(row.path), _mark(row)) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    for line in lines:
        yield "  ".join(map(str.ljust, line, widths)).rstrip()


def _mark(row: RootRow) -> str:
    return f"◀ {' · '.join(row.marks)}" if row.marks else ""


def _widths(rows: tuple[RootRow, ...]) -> tuple[float, float]:
    """Return how wide the mount tree and the paths with their marks are."""
    trees = [p.width(HEADS[0]), *(STEP * row.depth + p.width(row.what) for row in rows)]
    paths = [p.width(HEADS[1]), *(p.width(legible(row.path) + _mark(row)) + m.PAD for row in rows)]
    return max(trees) + m.GAP, max(paths) + 2 * m.PAD


def _middle(number: int) -> float:
    return m.MARGIN + m.ROW * (number + 2.5)


def _parent(rows: tuple[RootRow, ...], number: int) -> int:
    """Return the row of the mount that row *number* is attached to."""
    return next(above for above in range(number - 1, -1, -1) if rows[above].depth < rows[number].depth)
