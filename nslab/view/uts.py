"""UTS namespaces: a card for each, with its names and those who live in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.words import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from nslab.state.uts import Uts

HEAD = ("spaces", "host name", "domain name", "owned by the user namespace of")
NOBODY = "no space here"
WIDEST = 560.0
"""Points of a row of cards, before the next one is begun."""


class UtsFigure(Figure):
    """The UTS namespaces of a lab as text and picture. ``namespaces`` holds them as data.

    Introduced in chapter 5.
    """

    def __init__(self, namespaces: tuple[Uts, ...]) -> None:
        self.namespaces = namespaces

    def text(self) -> str:
        """Return a row for each UTS namespace."""
        rows = [HEAD, *(self._row(one) for one in self.namespaces)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join(lines)

    def description(self) -> str:
        """Return how many UTS namespaces are shown, and their host names."""
        named = "; ".join(f"{one.nodename} ({', '.join(one.spaces)})" for one in self.namespaces)
        return f"{plural(len(self.namespaces), 'UTS namespace')}: {named}"

    def draw(self) -> Drawing:
        """Return the picture: a card for each namespace."""
        placed, height = _placed([_lines(one) for one in self.namespaces])
        width = max((x + wide for x, _, wide, _ in placed), default=0.0) + m.MARGIN
        sheet = p.Paper(width, height)
        for number, (one, (x, y, wide, high)) in enumerate(
            zip(self.namespaces, placed, strict=True), start=1
        ):
            _card(sheet, one, number, (x, y, wide, high))
        return sheet.drawing()

    def _row(self, one: Uts) -> tuple[str, ...]:
        return ", ".join(one.spaces), one.nodename, one.domainname, one.owner or NOBODY


def _lines(one: Uts) -> list[str]:
    return [
        one.nodename,
        f"domain {one.domainname}",
        f"spaces {', '.join(one.spaces)}",
        f"owner {one.owner or NOBODY}",
    ]


def _placed(cards: list[list[str]]) -> tuple[list[tuple[float, float, float, float]], float]:
    """Return left, top, width and height of each card, and the height of the sheet."""
    x, y, high = m.MARGIN, m.MARGIN, 4 * m.ROW + m.PAD
    found: list[tuple[float, float, float, float]] = []
    for lines in cards:
        wide = max(p.width(lines[0], _TITLE), *(p.width(line) for line in lines[1:])) + 4 * m.PAD
        if found and x + wide > WIDEST:
            x, y = m.MARGIN, y + high + m.GAP
        found.append((x, y, wide, high))
        x += wide + m.GAP
    return found, y + high + m.MARGIN


_TITLE = 13.0


def _card(sheet: p.Paper, one: Uts, number: int, where: tuple[float, float, float, float]) -> None:
    x, y, wide, high = where
    ink, tint = m.colours(number)
    sheet.box(x, y, wide, high, edge=ink, fill=tint, thick=1.5)
    title, *rest = _lines(one)
    sheet.text(x + 2 * m.PAD, y + m.PAD + m.ROW / 2, title, colour=ink, size=_TITLE, bold=True)
    for row, line in enumerate(rest, start=1):
        sheet.text(x + 2 * m.PAD, y + m.PAD + (row + 0.5) * m.ROW - m.PAD / 2, line)
