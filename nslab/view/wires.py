"""Draws a topology: cards in two columns, interfaces on their inner edges, wires between them."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING

from nslab.view import lanes
from nslab.view import paper as p
from nslab.view.lanes import BOX, HEAD, INSET, LANE, LEFT, LINE, RIGHT, Spot, Stand, Wire
from nslab.view.measures import MARGIN, PAD, ROW, SMALL
from nslab.view.paper import Paper, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure as Drawing

    from nslab.view.cards import Place, Shown

ERROR = "#b42318"
LIT, LIT_FILL = p.TINTS[0]
_STATES = {
    "▲": (p.TINTS[2][0], p.TINTS[2][1]),
    "△": (p.TINTS[1][0], p.TINTS[1][1]),
    "▼": (p.FAINT, "#eaeef2"),
}
_LEGEND = "▲ up  △ no carrier  ▼ down   ── veth  ─·─ macvlan, ipvlan, vlan"
_LETTERS = 104
STUB = 28.0
"""The room of a wire to somewhere out of sight, with its question mark."""


def draw(
    shown: Shown, path: Sequence[Place], stop: tuple[str, str, str] | None, notes: Sequence[str]
) -> Drawing:
    """Return the drawing, with the boxes and wires of *path* lit and a mark at *stop*; *notes* go below."""
    sheet = _Sheet(lanes.stands(shown, stop[:2] if stop else None), notes)
    lit = {frozenset(step) for step in pairwise(path)}
    for stand in sheet.placed:
        sheet.card(stand, set(path))
    for wire in sheet.wires:
        ends = {wire.one.row.place, *([wire.other.row.place] if wire.other else [])}
        sheet.wire(wire, lit=frozenset(ends) in lit)
    return sheet.finished()


class _Sheet:
    """The page, and where its columns end."""

    def __init__(self, placed: list[Stand], notes: Sequence[str]) -> None:
        self.placed, self.wires = placed, lanes.wires(placed)
        self.notes = [part for note in notes for part in textwrap.wrap(note, _LETTERS)]
        wide = [_wide(placed, side) for side in (0, 1)]
        count = max((wire.lane + 1 for wire in self.wires if wire.other), default=0)
        stubs = {wire.one.side for wire in self.wires if wire.other is None}
        self.before = STUB if LEFT in stubs else 12.0
        after = STUB if RIGHT in stubs else 12.0
        gutter = self.before + max(count, 1) * LANE + after if wide[1] or self.wires else 0.0
        self.left_end = MARGIN + wide[0]
        self.right_begin = self.left_end + gutter
        bottom = max(stand.top + stand.high for stand in placed) if placed else MARGIN
        across = [self.right_begin + wide[1], *(MARGIN + width(note, SMALL) for note in self.notes)]
        across.append(MARGIN + width(_LEGEND, SMALL))
        self.below = bottom + ROW
        high = self.below + (len(self.notes) + 0.5) * (ROW - 6) + PAD
        self.page = Paper(max(across) + MARGIN, high)
        self.wide = wide

    def card(self, stand: Stand, path: set[Place]) -> None:
        left = MARGIN if stand.side == LEFT else self.right_begin
        wide, page = self.wide[stand.side], self.page
        page.box(left, stand.top, wide, stand.high, edge=p.LINE, fill="#f6f8fa", thick=1.2, round_by=6)
        name = stand.card.title + (f" × {stand.card.count}" if stand.card.count > 1 else "")
        outer = left + PAD if stand.side == LEFT else left + wide - PAD - width(name)
        page.text(outer, stand.top + HEAD / 2, name, bold=True)
        self._enclosures(stand)
        for spot in stand.spots:
            self._spot(spot, lit=spot.row.place in path)

    def _enclosures(self, stand: Stand) -> None:
        """Draw a bridge around its own row and those of its ports."""
        for spot in stand.spots:
            if spot.row.kind == "bridge":
                held = [spot, *(one for one in stand.spots if one.row.master == spot.row.title)]
                top, bottom = held[0].y - spot.high / 2, held[-1].y + held[-1].high / 2 + 3
                wide = max(one.whole for one in held) + PAD
                x = self.left_end - wide if spot.side == LEFT else self.right_begin
                ink, tint = p.TINTS[5]
                self.page.box(x, top, wide, bottom - top, edge=ink, fill=tint, thick=1.2, round_by=5)

    def _edge(self, spot: Spot) -> float:
        """Return the left side of a row's box: on the inner edge of its card."""
        inset = spot.inset if spot.row.kind != "bridge" and not spot.inset else 0.0
        if spot.row.kind == "bridge" or spot.row.title == "lo":
            inset = INSET
        return self.left_end - spot.wide - inset if spot.side == LEFT else self.right_begin + inset

    def _spot(self, spot: Spot, *, lit: bool) -> None:
        ink, tint = _STATES[spot.row.glyph]
        edge, fill, thick = (LIT, LIT_FILL, 2.0) if lit else (ink, tint, 1.2)
        edge, thick = (ERROR, 2.4) if spot.stopped else (edge, thick)
        x = self._edge(spot)
        self.page.box(x, spot.y - BOX / 2, spot.wide, BOX, edge=edge, fill=fill, thick=thick, round_by=3)
        self.page.text(x + PAD, spot.y, spot.label, colour=LIT if lit else ink, size=SMALL, bold=True)
        words = () if spot.row.title == "lo" else spot.words
        for number, word in enumerate(words):
            y = spot.y + (number - (len(words) - 1) / 2) * LINE
            at = x - PAD - width(word, SMALL) if spot.side == LEFT else x + spot.wide + PAD
            self.page.text(at, y, word, size=SMALL)

    def wire(self, wire: Wire, *, lit: bool) -> None:
        one, other = wire.one, wire.other
        start = self.left_end if one.side == LEFT else self.right_begin
        dashed = "-." if "macvlan" in {one.row.style, other.row.style if other else ""} else False
        alive = all(spot.row.glyph == "▲" for spot in (one, other) if spot)
        colour = LIT if lit else p.INK if alive else "#8c959f"
        if other is None:
            way = 14.0 if one.side == LEFT else -14.0
            shared = any(one in (each.one, each.other) for each in self.wires if each.other)
            y = one.y - 7 * shared
            self.page.line([(start, y), (start + way, y)], colour=colour, thick=1.4, dashed=dashed)
            at = start + way + 2 if one.side == LEFT else start + way - 2 - width("?")
            self.page.text(at, y, "?", colour=ERROR, bold=True)
            return
        end = self.left_end if other.side == LEFT else self.right_begin
        lane = self.left_end + self.before + (wire.lane + 0.5) * LANE
        points = [(start, one.y), (lane, one.y), (lane, other.y), (end, other.y)]
        self.page.line(points, colour=colour, thick=2.8 if lit else 1.4, dashed=dashed)
        self._bump(one, other, start, end, colour)

    def _bump(self, one: Spot, other: Spot, start: float, end: float, colour: str) -> None:
        """Draw an arrow's head at the parent of a macvlan."""
        for child, parent, x in ((one, other, end), (other, one, start)):
            if child.row.style == "macvlan" and child.row.far == parent.row.place:
                back = 6 if parent.side == LEFT else -6
                corners = [(x, parent.y), (x + back, parent.y - 3.5), (x + back, parent.y + 3.5)]
                self.page.shape(corners, fill=colour)

    def finished(self) -> Drawing:
        self.page.text(MARGIN, self.below - 2, _LEGEND, colour=p.FAINT, size=SMALL)
        for number, note in enumerate(self.notes):
            colour = ERROR if note.startswith("✗") else p.INK
            self.page.text(MARGIN, self.below + (number + 0.9) * (ROW - 6), note, colour=colour, size=SMALL)
        return self.page.drawing()


def _wide(placed: list[Stand], side: int) -> float:
    """Return how wide the cards of a column are: as the widest one needs."""
    here = [stand for stand in placed if stand.side == side]
    heads = []
    for stand in here:
        name = stand.card.title + (f" × {stand.card.count}" if stand.card.count > 1 else "")
        lo = next((spot.wide for spot in stand.spots if spot.row.title == "lo"), 0.0)
        heads.append(width(name) + lo + INSET + 4 * PAD)
        heads += [spot.whole + 3 * PAD for spot in stand.spots]
    return max(heads, default=0.0)
