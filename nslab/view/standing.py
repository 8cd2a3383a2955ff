"""Roots and working directories: a box around what a process calls everything, an arrow to where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.standing import directories
from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from nslab.state.standing import Standing

HEAD = ("space", "root directory", "working directory", "")
OUTSIDE = "outside its root"
ELSEWHERE = "not to be reached from here"


class StandingFigure(Figure):
    """The host's directories where spaces have their root and stand; ``standing`` is the same as data.

    Introduced in chapter 2.
    """

    def __init__(self, standing: tuple[Standing, ...]) -> None:
        self.standing = standing

    def text(self) -> str:
        """Return a row for each space."""
        rows = [HEAD, *map(_row, self.standing)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def description(self) -> str:
        """Return each space's root and working directory."""
        told = [
            f"{one.space} has the root {one.root or ELSEWHERE} and stands in {one.cwd or ELSEWHERE}"
            + (f", {OUTSIDE}" if one.escaped else "")
            for one in self.standing
        ]
        return "; ".join(told)

    def draw(self) -> Drawing:
        """Return the picture: the path tree, a frame around each root, a pointer to each place."""
        paths = directories(self.standing)
        rows = {path: m.MARGIN + m.ROW * (place + 0.5) for place, path in enumerate(paths)}
        names = max(_left(path) + p.width(_name(path)) for path in paths)
        column = names + 2 * m.GAP + m.PAD
        notes = [self._notes(path) for path in paths]
        wide = max((p.width(words) for some in notes for words, _ in some), default=0.0)
        sheet = p.Paper(column + wide + m.MARGIN, 2 * m.MARGIN + m.ROW * len(paths))
        framed = [one for one in self.standing if one.root not in (None, "/")]
        for number, one in enumerate(framed):
            self._frame(sheet, one, number, rows, names + m.PAD)
        for path in paths:
            sheet.text(_left(path), rows[path], _name(path))
            for words, ink in self._notes(path)[:1]:
                sheet.text(column, rows[path], words, colour=ink, bold=ink == p.NEW)
        return sheet.drawing()

    def _notes(self, path: str) -> list[tuple[str, str]]:
        """Return what is to be said of a directory, with its colour, as one note."""
        words = [f"root of {one.space}" for one in self.standing if one.root == path]
        here = [one for one in self.standing if one.cwd == path]
        words += [f"{one.space} is here" + (f", {OUTSIDE}" if one.escaped else "") for one in here]
        ink = p.NEW if any(one.escaped for one in here) else p.INK
        return [("◀ " + " · ".join(words), ink)] if words else []

    def _frame(
        self, sheet: p.Paper, one: Standing, number: int, rows: dict[str, float], right: float
    ) -> None:
        inside = [y for path, y in rows.items() if f"{path}/".startswith(f"{one.root}/")]
        ink, tint = m.colours(number + 1)
        left = _left(one.root or "/") - m.PAD
        top, bottom = min(inside) - m.ROW / 2 + 1, max(inside) + m.ROW / 2 - 1
        sheet.box(left, top, right - left, bottom - top, edge=ink, fill=tint, thick=1.5)


def _row(one: Standing) -> tuple[str, ...]:
    return one.space, one.root or ELSEWHERE, one.cwd or ELSEWHERE, OUTSIDE if one.escaped else ""


def _name(path: str) -> str:
    return path.rpartition("/")[2] or "/"


def _left(path: str) -> float:
    return m.MARGIN + m.PAD + m.INDENT * (path.count("/") if path != "/" else 0)
