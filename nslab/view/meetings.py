"""Ways of meeting by namespaces: a matrix in which what is cut off stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.words import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from nslab.state.meetings import Meetings

CORNER = "own namespace"
_CUT = p.TINTS[1]


class MeetingsFigure(Figure):
    """Which mechanism reaches a process that has one namespace of its own, as text and picture.

    ``meetings`` is the matrix as data, *notes* are lines below it. Introduced in chapter 6.
    """

    def __init__(self, meetings: Meetings, notes: tuple[str, ...] = ()) -> None:
        self.meetings = meetings
        self.notes = notes

    def text(self) -> str:
        """Return the matrix: yes where it reaches, else the errno's name."""
        rows = self._rows()
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join([*lines, *self.notes])

    def description(self) -> str:
        """Return which mechanisms something cuts off, and what."""
        cut = [(name, self.meetings.cut_by(name)) for name in self.meetings.mechanisms]
        told = "; ".join(f"{name} by {' and '.join(by)}" for name, by in cut if by)
        free = sum(1 for _, by in cut if not by)
        return f"{plural(len(cut), 'way')} to meet across namespaces. Cut off: {told}. By nothing: {free}"

    def draw(self) -> Drawing:
        """Return the picture: a cell for each trial, filled where the way is cut off."""
        rows = self._rows()
        columns = list(zip(*rows, strict=True))
        wide = [max(map(p.width, column)) + 2 * m.PAD for column in columns]
        edges = [m.MARGIN + sum(wide[:number]) for number in range(len(wide))]
        height = 2 * m.MARGIN + m.ROW * (len(rows) + len(self.notes)) + m.PAD
        note = max((p.width(line, m.SMALL) for line in self.notes), default=0.0)
        sheet = p.Paper(max(edges[-1] + wide[-1], m.MARGIN + note + m.PAD) + m.MARGIN, height)
        for place, row in enumerate(rows):
            middle = m.MARGIN + m.ROW * (place + 0.5)
            for number, word in enumerate(row):
                _cell(sheet, (edges[number], middle), wide[number], word, head=not place or not number)
        for place, line in enumerate(self.notes, start=len(rows)):
            middle = m.MARGIN + m.ROW * (place + 0.5) + m.PAD
            sheet.text(m.MARGIN + m.PAD, middle, line, colour=p.FAINT, size=m.SMALL)
        return sheet.drawing()

    def _rows(self) -> list[tuple[str, ...]]:
        found = self.meetings
        body = [(name, *(found.word(name, own) for own in found.own)) for name in found.mechanisms]
        return [(CORNER, *found.own), *body]


def _cell(sheet: p.Paper, where: tuple[float, float], wide: float, word: str, *, head: bool) -> None:
    x, middle = where
    if head:
        sheet.text(x + m.PAD, middle, word, bold=word != CORNER)
    elif word == "yes":
        sheet.text(x + m.PAD, middle, word, colour=p.FAINT)
    else:
        ink, tint = _CUT
        sheet.box(x + 1, middle - m.PILL / 2 - 1, wide - 2, m.PILL + 2, edge=ink, fill=tint)
        sheet.text(x + m.PAD, middle, word, colour=ink, bold=True)
