"""Lays out and draws the way of a packet: a card for each namespace, its interfaces, the way lit."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nslab.state.path import seen_last
from nslab.view import paper as p
from nslab.view.lit import BACK, BETWEEN, BOX, CARD, THERE, Box, draw_leg, draw_wires
from nslab.view.measures import GAP, MARGIN, PAD, ROW, SMALL
from nslab.view.paper import Paper, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure as Drawing

    from nslab.state.path import Journey
    from nslab.state.reason import Reason
    from nslab.state.surroundings import Interface, World

ERROR = "#b42318"
_APART = 30.0
_PAGE = 620.0
_LANE = 5.0
_LETTERS = 88
_LEGEND = 290.0
_SIDE = 14.0


@dataclass(frozen=True, slots=True)
class Card:
    """One namespace: its name, what it changed, and its boxes."""

    space: str
    notes: tuple[str, ...]
    boxes: tuple[Box, ...]
    more: int = 0


def way(journey: Journey, world: World, reason: Reason | None, heading: str) -> Drawing:
    """Return the drawing of *journey* through *world*, with a mark where it stopped by *reason*."""
    cards = _cards(journey, world, reason)
    column = max(_column(card) for card in cards) + 2 * PAD
    cards = [_fitted(card, column) for card in cards]
    said = _said(reason)
    right = max(_right(card, column) for card in cards)
    page_width = max([right + PAD, width(heading) + 2 * PAD, _LEGEND, *(width(line) for line in said)])
    top = MARGIN + 2 * ROW
    below = GAP + len(said) * (ROW - 4) if said else 0.0
    height = top + len(cards) * (CARD + BETWEEN) - BETWEEN + below
    side = _SIDE if _jumps(cards, journey) else 0.0
    page = Paper(page_width + 2 * MARGIN + side, height + MARGIN)
    page.box(1, 1, page.width - 2, page.height - 2, fill=p.PAPER, round_by=6)
    page.width -= side
    page.text(MARGIN, MARGIN + ROW / 2, heading, bold=True)
    _draw_legend(page, journey)
    places: dict[tuple[str, str], Box] = {}
    stop = seen_last(journey) if reason else ""
    for number, card in enumerate(cards):
        y = top + number * (CARD + BETWEEN)
        places |= _draw_card(page, card, column, y, stop=card.space == stop)
    draw_wires(page, places, world, {each.place for each in (*journey.there, *journey.back)})
    draw_leg(page, places, journey.there, THERE, -_LANE)
    draw_leg(page, places, journey.back, BACK, _LANE)
    for number, line in enumerate(said):
        page.text(MARGIN, height - (len(said) - number - 0.5) * (ROW - 4), line, colour=p.INK)
    page.width += side
    return page.drawing()


def _jumps(cards: Sequence[Card], journey: Journey) -> bool:
    """Whether the packet goes between cards that are not below each other."""
    order = [card.space for card in cards]
    legs = (journey.there, journey.back)
    steps = [
        (order.index(one.space), order.index(other.space)) for leg in legs for one, other in pairwise(leg)
    ]
    return any(abs(one - other) > 1 for one, other in steps)


def _cards(journey: Journey, world: World, reason: Reason | None) -> list[Card]:
    names = [journey.probe.origin, *(each.space for each in (*journey.there, *journey.back))]
    names += [reason.space] if reason else []
    bearer = world.bearer(journey.probe.target)
    names += [bearer[0]] if bearer else []
    return [_card(name, journey, world, reason) for name in dict.fromkeys(names)]


def _card(space: str, journey: Journey, world: World, reason: Reason | None) -> Card:
    here = world.namespaces[space].interfaces
    passed = [each.interface for each in (*journey.there, *journey.back) if each.space == space]
    fault = reason.interface if reason and reason.space == space else ""
    shown = dict.fromkeys([*passed, *([fault] if fault else []), *(name for name in here if name != "lo")])
    version = 6 if ":" in journey.probe.target else 4
    boxes = tuple(
        Box(space, name, _words(here[name], version), name in passed, name == fault)
        for name in shown
        if name in here
    )
    notes = tuple(note for hop in journey.hops if hop.space == space for note in hop.notes)
    return Card(space, notes[:3], boxes)


def _words(interface: Interface, version: int) -> tuple[str, str]:
    glyph = "▼" if not interface.up else "▲" if interface.carrier else "△"
    addresses = [
        str(own) for own in interface.addresses if own.version == version and not own.ip.is_link_local
    ]
    kind = f" {interface.kind}" if interface.kind in ("bridge", "macvlan", "ipvlan") else ""
    state = "down" if not interface.up else "" if interface.carrier else "no carrier"
    return f"{glyph} {interface.name}", (addresses or [state or kind.strip() or " "])[0]


def _column(card: Card) -> float:
    return max([width(card.space), *(width(note, SMALL) for note in card.notes), width("✗ stops here")])


def _fitted(card: Card, column: float) -> Card:
    """Return *card* with its boxes in a row; those that the page has no room for are only counted."""
    x = MARGIN + column + PAD
    placed: list[Box] = []
    for box in card.boxes:
        if placed and not (box.passed or box.fault) and x + box.wide > _PAGE - width("+99"):
            break
        placed.append(replace(box, left=x))
        x += box.wide + _APART
    return replace(card, boxes=tuple(placed), more=len(card.boxes) - len(placed))


def _right(card: Card, column: float) -> float:
    end = card.boxes[-1].left + card.boxes[-1].wide if card.boxes else MARGIN + column
    return end + (width(" +99") if card.more else 0.0)


def _said(reason: Reason | None) -> list[str]:
    if reason is None:
        return []
    lines = [reason.says, reason.state]
    return [part for line in lines if line for part in textwrap.wrap(line, _LETTERS)]


def _draw_legend(page: Paper, journey: Journey) -> None:
    y, x = MARGIN + 1.5 * ROW, MARGIN
    legs = [("there", THERE, bool(journey.there)), ("back", BACK, bool(journey.back))]
    for name, colour, known in legs:
        if known:
            page.arrow([(x, y), (x + 24, y)], colour=colour, thick=1.8, dashed=colour == BACK)
            page.text(x + 30, y, name, colour=colour, size=SMALL)
            x += 72
    page.text(x, y, "▲ up  △ no carrier  ▼ down", colour=p.FAINT, size=SMALL)


def _draw_card(
    page: Paper, card: Card, column: float, top: float, *, stop: bool
) -> dict[tuple[str, str], Box]:
    page.box(MARGIN, top, page.width - 2 * MARGIN, CARD, edge=ERROR if stop else p.LINE, fill="#f6f8fa")
    page.text(MARGIN + PAD, top + 12, card.space, bold=True)
    lines = [(note, p.FAINT) for note in card.notes[: 2 if stop else 3]]
    lines += [("✗ stops here", ERROR)] if stop else []
    for number, (line, colour) in enumerate(lines):
        page.text(MARGIN + PAD, top + 26 + 12 * number, line, colour=colour, size=SMALL, bold=colour == ERROR)
    places = {}
    for box in card.boxes:
        placed = places[(box.space, box.name)] = replace(box, top=top + (CARD - BOX) / 2)
        _draw_box(page, placed)
    if card.more:
        last = card.boxes[-1]
        page.text(last.left + last.wide + PAD, top + CARD / 2, f"+{card.more}", colour=p.FAINT)
    return places


def _draw_box(page: Paper, box: Box) -> None:
    edge, fill = (THERE, p.TINTS[0][1]) if box.passed else (p.LINE, p.PAPER)
    edge, thick = (ERROR, 2.0) if box.fault else (edge, 1.2)
    page.box(box.left, box.top, box.wide, BOX, edge=edge, fill=fill, thick=thick, dashed=box.fault)
    colour = p.INK if box.passed or box.fault else p.FAINT
    page.text(box.left + PAD, box.top + 11, box.lines[0], colour=colour)
    page.text(box.left + PAD, box.top + 24, box.lines[1], colour=colour, size=SMALL)
