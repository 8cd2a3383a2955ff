"""Number lines stacked, one for each user namespace: bands of the same ids, and the unmapped rest."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from nslab.state.idmap import OVERFLOW
from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.words import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from nslab.state.idstack import IdStack, Piece

MOST = 5
"""Bands that a picture shows; the text has them all."""

_LEVEL, _BAND, _APART = 88.0, 24.0, 18.0


class IdMapFigure(Figure):
    """The id map of a space as text and picture, down to the lab's host. ``stack`` holds it as data.

    Introduced in chapter 9.
    """

    def __init__(self, stack: IdStack) -> None:
        self.stack = stack

    def text(self) -> str:
        """Return a column for each level, a row for each run of ids."""
        names = self.stack.names
        if len(names) == 1:
            return f"{names[0]}  its {self.stack.kind}s are the lab's own: the bottom line"
        rows = [names, *(tuple(map(one.at, range(len(names)))) for one in self.stack.pieces)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
        first, *rest = ("   ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join([f"{self.stack.kind}  {first}", *(f"     {line}" for line in rest), self._others()])

    def description(self) -> str:
        """Return how many runs of ids are mapped, through which spaces."""
        runs, levels = plural(len(self.stack.pieces), "run"), ", ".join(self.stack.names)
        return f"{runs} of {self.stack.kind}s, the same at each level: {levels}"

    def draw(self) -> Drawing:
        """Return the picture: a line for each level, bands between."""
        left = m.MARGIN + max(p.width(name) for name in self.stack.names) + m.GAP
        shown = self.stack.pieces[:MOST]
        places = [_places(shown, level, left) for level in range(len(self.stack.names))]
        end = max([left + 40, *(x + wide for row in places for x, wide in row)]) + _APART
        bucket = p.width(_rest(self.stack, 0)) + 2 * m.PAD
        sheet = p.Paper(end + bucket + m.MARGIN, 2 * m.MARGIN + _LEVEL * (len(places) - 1) + _BAND)
        for number in range(len(shown)):
            _tinted(sheet, m.colours(number + 1)[1], [row[number] for row in places])
        for number, piece in enumerate(shown):
            _band(sheet, piece, number + 1, [row[number] for row in places])
        for level, name in enumerate(self.stack.names):
            self._level(sheet, level, name, end)
        return sheet.drawing()

    def _level(self, sheet: p.Paper, level: int, name: str, end: float) -> None:
        y = _top(level)
        sheet.text(m.MARGIN, y + _BAND / 2, name, bold=True)
        said = _rest(self.stack, level)
        if not said:
            return
        wide = p.width(said) + 2 * m.PAD
        sheet.box(end, y, wide, _BAND, edge=p.FAINT, dashed=True)
        sheet.text(end + m.PAD, y + _BAND / 2, said, colour=p.FAINT)

    def _others(self) -> str:
        names = self.stack.names
        left_out = len(self.stack.pieces)
        said = f"every other id of {names[-1]} is shown as {OVERFLOW} in {names[0]}"
        return f"     {said}" if left_out else f"     no id is mapped: {said.replace('every other', 'every')}"


def _rest(stack: IdStack, level: int) -> str:
    """Return what stands in the bucket at the end of a level's line."""
    if level == len(stack.names) - 1:
        return "all other ids" if level else ""
    more = len(stack.pieces) - MOST
    return f"{OVERFLOW} for the rest" if more <= 0 else f"{plural(more, 'run')} more"


def _top(level: int) -> float:
    return m.MARGIN + _LEVEL * level


def _places(shown: tuple[Piece, ...], level: int, left: float) -> list[tuple[float, float]]:
    """Return left edge and width of each piece's box on a level, in the order of that level's ids."""
    found: dict[int, tuple[float, float]] = {}
    x = left
    for number in sorted(range(len(shown)), key=lambda number: shown[number].firsts[level]):
        wide = p.width(shown[number].at(level)) + 2 * m.PAD
        found[number] = (x, wide)
        x += wide + _APART
    return [found[number] for number in range(len(shown))]


def _tinted(sheet: p.Paper, tint: str, places: list[tuple[float, float]]) -> None:
    """Fill a piece's way through the levels, below every line: ways may cross."""
    for level, ((above, wide_above), (x, wide)) in enumerate(itertools.pairwise(places)):
        top, bottom = _top(level) + _BAND, _top(level + 1)
        sheet.shape([(above, top), (above + wide_above, top), (x + wide, bottom), (x, bottom)], fill=tint)


def _band(sheet: p.Paper, piece: Piece, colour: int, places: list[tuple[float, float]]) -> None:
    ink, tint = m.colours(colour)
    for level, (x, wide) in enumerate(places):
        if level:
            above, width_above = places[level - 1]
            middle = (above + width_above / 2, _top(level - 1) + _BAND), (x + wide / 2, _top(level))
            sheet.line([*middle], colour=ink)
            _head(sheet, middle[1], ink)
        sheet.box(x, _top(level), wide, _BAND, edge=ink, fill=tint, thick=1.5)
        sheet.text(x + m.PAD, _top(level) + _BAND / 2, piece.at(level), colour=ink, bold=True)


def _head(sheet: p.Paper, tip: tuple[float, float], ink: str) -> None:
    x, y = tip
    sheet.shape([(x, y), (x - 3.5, y - 7), (x + 3.5, y - 7)], fill=ink)
