"""A plain table with a heading, as text and picture: one line for each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure as Drawing

WIDEST = 96
"""Letters of a line, beyond which a picture would be too small in a notebook."""


class AnswersFigure(Figure):
    """Rows below a heading. ``rows`` holds them as data, ``head`` the columns' names.

    A picture's row has the colour of its ``marks``: 1 and 2 are the first two tints, 0 is plain.
    Introduced in chapter 9.
    """

    def __init__(
        self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]], marks: Sequence[int]
    ) -> None:
        self.title, self.head = title, tuple(head)
        self.rows, self.marks = tuple(tuple(row) for row in rows), tuple(marks)

    def text(self) -> str:
        """Return the table with its heading."""
        return "\n".join([self.title, *self._lines()])

    def description(self) -> str:
        """Return the heading, and how many rows there are."""
        return f"{self.title}: a table of {len(self.rows)} rows"

    def draw(self) -> Drawing:
        """Return the picture."""
        lines = self._lines()
        size = min(p.SIZE, p.SIZE * WIDEST / max(map(len, lines)))
        wide = max(p.width(self.title), *(p.width(line, size) for line in lines)) + 2 * m.PAD
        sheet = p.Paper(wide + 2 * m.MARGIN, (len(lines) + 1) * m.ROW + 2 * m.MARGIN)
        sheet.text(m.MARGIN + m.PAD, m.MARGIN + m.ROW / 2, self.title, bold=True)
        for number, line in enumerate(lines):
            y = m.MARGIN + (number + 1) * m.ROW
            mark = self.marks[number - 1] if number else 0
            ink, tint = m.colours(mark)
            if mark:
                sheet.box(m.MARGIN, y + 1, wide, m.ROW - 2, edge=tint, fill=tint)
            sheet.text(m.MARGIN + m.PAD, y + m.ROW / 2, line, size=size, colour=ink if number else p.FAINT)
        return sheet.drawing()

    def _lines(self) -> list[str]:
        rows = [self.head, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.head))]
        return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
