"""Draws wires between interfaces, and the way of a packet lit on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from nslab.view import paper as p
from nslab.view.measures import MARGIN, PAD, SMALL
from nslab.view.paper import Paper, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.state.path import Sighting
    from nslab.state.surroundings import World

THERE, BACK = p.TINTS[0][0], p.TINTS[1][0]
CARD, BETWEEN, BOX = 58.0, 26.0, 34.0
"""Heights of a namespace's card, of the gap between two, and of an interface's box."""


@dataclass(frozen=True, slots=True)
class Box:
    """One interface: what it says, where it stands, and whether the packet passed it."""

    space: str
    name: str
    lines: tuple[str, str]
    passed: bool
    fault: bool
    left: float = 0.0
    top: float = 0.0

    @property
    def wide(self) -> float:
        """Its width in points."""
        return max(width(self.lines[0]), width(self.lines[1], SMALL)) + 2 * PAD


def draw_wires(
    page: Paper, places: dict[tuple[str, str], Box], world: World, passed: set[tuple[str, str]]
) -> None:
    """Draw, pale, the wires between cards below each other that the packet did not take."""
    for place, box in places.items():
        far = places.get(world.linked(*place) or place, box)
        if CARD < far.top - box.top < 1.5 * (CARD + BETWEEN) and not {place, (far.space, far.name)} <= passed:
            x, to = box.left + box.wide / 2, far.left + far.wide / 2
            turn = (box.top + BOX + far.top) / 2
            page.line([(x, box.top + BOX), (x, turn), (to, turn), (to, far.top)], colour=p.FAINT, thick=0.8)


def draw_leg(
    page: Paper, places: dict[tuple[str, str], Box], leg: Sequence[Sighting], colour: str, lane: float
) -> None:
    """Draw a way from box to box, beside that of the other direction by *lane* points."""
    stations = [places[each.place] for each in leg if each.place in places]
    used: Counter[frozenset[tuple[str, str]]] = Counter()
    for one, other in pairwise(stations):
        if one is other:
            continue
        ends = frozenset({(one.space, one.name), (other.space, other.name)})
        beside = lane * (1 + 2 * used[ends])
        used[ends] += 1
        if one.space == other.space:
            _draw_inside(page, list(places.values()), one, other, colour, beside)
        else:
            _draw_wire(page, one, other, colour, beside)


def _draw_inside(page: Paper, boxes: list[Box], one: Box, other: Box, colour: str, lane: float) -> None:
    """Draw a way within a card: straight, or below the boxes that stand between."""
    left, right = sorted((one, other), key=lambda box: box.left)
    if any(box.top == one.top and left.left < box.left < right.left for box in boxes):
        below = one.top + BOX + 7
        x, to = left.left + left.wide - 9, right.left + 9
        x, to = (x, to) if one is left else (to, x)
        points = [(x, one.top + BOX), (x, below), (to, below), (to, one.top + BOX)]
        draw_arrow(page, points, colour)
        return
    y = one.top + BOX / 2 + lane
    ends = [(left.left + left.wide, y), (right.left, y)]
    draw_arrow(page, ends if one is left else ends[::-1], colour)


def _draw_wire(page: Paper, one: Box, other: Box, colour: str, lane: float) -> None:
    """Draw a way to another card; past the cards between, on their right."""
    sign = 1 if other.top > one.top else -1
    start, end = (one.top + BOX, other.top) if sign > 0 else (one.top, other.top + BOX)
    gap = (CARD - BOX) / 2 + BETWEEN / 2
    far = abs(other.top - one.top) > 1.5 * (CARD + BETWEEN)
    lane *= 2.2 if far else 1
    x, to = one.left + one.wide / 2 + lane, other.left + other.wide / 2 + lane
    turn, back = start + gap * sign + lane, end - gap * sign + lane
    if far:
        side = page.width - MARGIN + 10 + lane / 2.2
        points = [(x, start), (x, turn), (side, turn), (side, back), (to, back), (to, end)]
    else:
        points = [(x, start), (x, turn), (to, turn), (to, end)] if x != to else [(x, start), (to, end)]
    draw_arrow(page, points, colour)


def draw_arrow(page: Paper, points: list[tuple[float, float]], colour: str) -> None:
    """Draw a line that ends in an arrow's head, in the direction of its last piece."""
    (before_x, before_y), (x, y) = points[-2:]
    dx, dy = (x > before_x) - (x < before_x), (y > before_y) - (y < before_y)
    page.line([*points[:-1], (x - 5 * dx, y - 5 * dy)], colour=colour, thick=1.8, dashed=colour == BACK)
    back_x, back_y = x - 7 * dx, y - 7 * dy
    page.shape(
        [(x, y), (back_x - 3.5 * dy, back_y - 3.5 * dx), (back_x + 3.5 * dy, back_y + 3.5 * dx)], fill=colour
    )
