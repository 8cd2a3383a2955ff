"""Where the cards and wires of a topology stand: two columns, and lanes in the gutter between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view.measures import GAP, MARGIN, PAD, SMALL
from nslab.view.paper import width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nslab.view.cards import Card, Place, Row, Shown

LEFT, RIGHT = 0, 1
HEAD, LINE, BOX, INSET = 22.0, 12.0, 16.0, 8.0
"""Heights of a card's head, of a line of addresses, and of a box; how far a bridge holds its ports in."""
LANE = 9.0


@dataclass(slots=True)
class Spot:
    """A row: its card's place in its column, the middle of its box, and the words beside it."""

    row: Row
    side: int
    words: tuple[str, ...]
    y: float = 0.0
    high: float = 0.0
    inset: float = 0.0
    stopped: bool = False

    @property
    def label(self) -> str:
        """What stands in its box."""
        many = f" × {self.row.count}" if self.row.count > 1 else ""
        return f"{'✗ ' if self.stopped else ''}{self.row.glyph} {self.row.title}{many}"

    @property
    def wide(self) -> float:
        """The width of its box."""
        return width(self.label, SMALL) + 2 * PAD

    @property
    def whole(self) -> float:
        """The width that it needs with its words and around it."""
        return self.inset + self.wide + max([0.0, *(width(word, SMALL) for word in self.words)]) + 3 * PAD


@dataclass(slots=True)
class Stand:
    """A card that was given its place: side, top, height."""

    card: Card
    side: int
    spots: list[Spot]
    top: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire from one box to another, in the lane with this number; or a stub, without another."""

    one: Spot
    other: Spot | None
    lane: int = 0


def stands(shown: Shown, stop: Place | None = None) -> list[Stand]:
    """Return the cards with their places: neighbours on different sides, in the order of their wires.

    The row at *stop* gets a mark.
    """
    sides = _sides(shown)
    made = [Stand(card, sides[card.name], _spots(card, sides[card.name])) for card in shown.cards]
    for spot in (spot for stand in made for spot in stand.spots):
        spot.stopped = spot.row.place == stop
    left = [stand for stand in made if stand.side == LEFT]
    order = {spot.row.place: at for at, spot in enumerate(s for stand in left for s in stand.spots)}
    last = len(order)
    right = sorted(
        (stand for stand in made if stand.side == RIGHT),
        key=lambda stand: min([last, *(order.get(far, last) for far in _fars(stand.card.rows, shown))]),
    )
    for column in (left, right):
        y = MARGIN
        for stand in column:
            y = _stack(stand, y) + GAP - 4
    return [*left, *right]


def wires(placed: Sequence[Stand]) -> list[Wire]:
    """Return every wire once, in lanes so that few cross; those within a column next to it."""
    spots = {spot.row.place: spot for stand in placed for spot in stand.spots}
    pairs: dict[frozenset[Place], tuple[Spot, Spot]] = {}
    stubs = []
    for spot in spots.values():
        far = spots.get(spot.row.far) if spot.row.far else None
        if spot.row.style and far is None:
            stubs.append(Wire(spot, None))
        elif far is not None:
            pairs.setdefault(frozenset({spot.row.place, far.row.place}), (spot, far))
    return [*stubs, *_laned(list(pairs.values()))]


def _laned(pairs: list[tuple[Spot, Spot]]) -> list[Wire]:
    """Put each wire into the lane right of all before it whose way it would cross, so that none do."""
    found: list[tuple[float, float, int]] = []
    made = []
    for one, other in sorted(pairs, key=_order):
        low, high = sorted((one.y, other.y))
        beside = [lane for start, end, lane in found if high + 3 > start and low - 3 < end]
        lane = max(beside, default=-1) + 1
        found.append((low, high, lane))
        made.append(Wire(one, other, lane))
    return made


def _order(pair: tuple[Spot, Spot]) -> tuple[int, float]:
    one, other = sorted(pair, key=lambda spot: spot.side)
    if one.side == other.side:
        return (0 if one.side == LEFT else 3), abs(one.y - other.y)
    return (1, one.y) if other.y < one.y else (2, -one.y)


def _sides(shown: Shown) -> dict[str, int]:
    """Return a side for each card: the other one than its first known neighbour has."""
    near: dict[str, list[str]] = {card.name: [] for card in shown.cards}
    for card in shown.cards:
        for far in _fars(card.rows, shown):
            if far[0] != card.name:
                near[card.name].append(far[0])
                near[far[0]].append(card.name)
    sides: dict[str, int] = {}
    for start in near:
        waiting = [start]
        if start not in sides:
            taken = list(sides.values())
            sides[start] = LEFT if near[start] or taken.count(LEFT) <= taken.count(RIGHT) else RIGHT
        while waiting:
            here = waiting.pop(0)
            for other in near[here]:
                if other not in sides:
                    sides[other] = 1 - sides[here]
                    waiting.append(other)
    return sides


def _fars(rows: Iterable[Row], shown: Shown) -> list[Place]:
    return [row.far for row in rows if row.far and shown.row(row.far)]


def _spots(card: Card, side: int) -> list[Spot]:
    bridges = {row.title for row in card.rows if row.kind == "bridge"}
    made = []
    for row in card.rows:
        kind = f"{row.kind} {row.mode}".strip() if row.kind not in ("veth", "") else ""
        words = tuple(word for word in (*row.addresses, kind, row.state) if word)
        made.append(Spot(row, side, words, inset=INSET if row.master in bridges else 0.0))
    return made


def _stack(stand: Stand, top: float) -> float:
    """Place a card and its rows below *top*; return where it ends. lo, which has no wire, is in the head."""
    stand.top, y = top, top + HEAD
    for spot in stand.spots:
        if spot.row.title == "lo":
            spot.y, spot.high = top + HEAD / 2, 0.0
            continue
        spot.high = max(BOX, len(spot.words) * LINE) + 5
        spot.y = y + spot.high / 2
        y += spot.high
        last = spot is stand.spots[-1] or not stand.spots[stand.spots.index(spot) + 1].inset
        y += 4 if last and (spot.inset or spot.row.kind == "bridge") else 0
    stand.high = max(y - top, HEAD) + PAD
    return y + PAD
