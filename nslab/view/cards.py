"""What of a topology is shown: a card for each network namespace, equal ones folded into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nslab.view.words import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nslab.state.surroundings import Interface
    from nslab.state.topology import Topology

MOST = 12
"""Cards that are drawn before equal ones are folded."""

FALLBACK = ("ipip", "sit", "gre", "gretap", "erspan", "vti", "vti6", "ip6tnl", "ip6gre")
"""Kinds of tunnel of which a kernel that has them puts one into every new namespace, down; raw shows them."""

Place = tuple[str, str]
"""An interface: the name of its namespace, and its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One interface, or several equal ones; ``far`` is what its wire leads to, ``style`` how it is drawn.

    ``style`` is veth, macvlan (which stands for ipvlan and vlan too), or empty for
    no wire; ``far`` is None for a wire whose other end is not seen.
    """

    place: Place
    title: str
    glyph: str
    state: str
    addresses: tuple[str, ...]
    kind: str = ""
    mode: str = ""
    master: str = ""
    style: str = ""
    far: Place | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Card:
    """One network namespace, or several equal ones, with the interfaces in it."""

    name: str
    title: str
    rows: tuple[Row, ...]
    count: int = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """The cards, and a note on what is folded away."""

    cards: tuple[Card, ...]
    notes: tuple[str, ...] = ()

    def row(self, place: Place) -> Row | None:
        """Return the row at *place*, None when it is not shown."""
        return next((row for card in self.cards for row in card.rows if row.place == place), None)


def shown(topology: Topology, keep: Collection[str] = (), *, raw: bool = False) -> Shown:
    """Return the cards of *topology*; with more than ``MOST``, equal namespaces become one card.

    Namespaces in *keep* stay by themselves. *raw* tells link-local addresses, MACs, and tunnels that
    the kernel puts into every namespace.
    """
    names = topology.namespaces
    groups: dict[str, tuple[str, ...]] = {name: (name,) for name in names}
    if len(names) > MOST:
        groups = _groups(topology, keep)
    leaders = {name: members[0] for members in groups.values() for name in members}
    cards = [_card(topology, members, leaders, raw=raw) for leader, members in groups.items()]
    if len(cards) <= MOST:
        return Shown(tuple(cards))
    wanted = sorted(range(len(cards)), key=lambda at: (cards[at].name not in keep, at))[:MOST]
    rest = ", ".join(card.title for at, card in enumerate(cards) if at not in wanted)
    note = f"… {plural(len(cards) - MOST, 'more network namespace')} folded away: {_short(rest)}"
    return Shown(tuple(cards[at] for at in sorted(wanted)), (note,))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _groups(topology: Topology, keep: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the namespaces by the first one of the same shape, each shape once."""
    shapes: dict[object, list[str]] = {}
    for name in topology.namespaces:
        shapes.setdefault(name if name in keep else _shape(topology, name), []).append(name)
    return {members[0]: tuple(members) for members in shapes.values()}


def _shape(topology: Topology, name: str) -> object:
    """Return what equal leaves have in common: all but addresses, MACs and the names of far ends."""
    here = topology.world.namespaces[name]
    if len(topology.members[name]) > 1 or any(each.kind == "bridge" for each in here.interfaces.values()):
        return name
    return tuple(_interface_shape(topology, name, each) for each in here.interfaces.values())


def _interface_shape(topology: Topology, name: str, each: Interface) -> object:
    far = topology.far(name, each.name)
    there = topology.world.interface(*far) if far else None
    versions = tuple(own.version for own in each.addresses if not own.ip.is_link_local)
    joined = (far[0] if far else "", there.kind if there else "", there.master if there else "")
    return each.name, each.kind, each.mode, each.up, each.carrier, each.master, versions, joined


def _card(topology: Topology, members: tuple[str, ...], leaders: Mapping[str, str], *, raw: bool) -> Card:
    name = members[0]
    rows: dict[object, list[Row]] = {}
    for member in members:
        for each in topology.world.namespaces[member].interfaces.values():
            if each.kind in FALLBACK and not each.up and not raw:
                continue
            row = _row(topology, member, each, leaders, raw=raw)
            rows.setdefault(_fold_key(row, each, name, topology, leaders), []).append(row)
    spaces = topology.members[name]
    title = _span(members) if len(members) > 1 else ", ".join(spaces)
    return Card(name, title, tuple(_ordered([_folded(same) for same in rows.values()])), len(members))


def _fold_key(row: Row, each: Interface, name: str, topology: Topology, leaders: Mapping[str, str]) -> object:
    """Return what rows that become one have in common: their name, or at a folded card the card."""
    if row.place[0] != name or (leaders[name] == name and sum(to == name for to in leaders.values()) > 1):
        return each.name
    far = topology.far(*row.place)
    together = far is not None and sum(to == leaders[far[0]] for to in leaders.values()) > 1
    if not far or not together:
        return each.name
    return leaders[far[0]], far[1], row.kind, row.master, row.glyph, row.style


def _row(topology: Topology, space: str, each: Interface, leaders: Mapping[str, str], *, raw: bool) -> Row:
    glyph, state = ("▼", "down") if not each.up else ("▲", "") if each.carrier else ("△", "no carrier")
    addresses = [str(own) for own in each.addresses if raw or not own.ip.is_link_local]
    addresses += [each.mac] if raw and each.mac else []
    style = "veth" if each.kind == "veth" else "macvlan" if each.kind in ("macvlan", "ipvlan", "vlan") else ""
    far = topology.far(space, each.name) if style else None
    far = (leaders[far[0]], far[1]) if far else None
    shown_addresses = () if each.name == "lo" and not raw else tuple(addresses)
    place = (space, each.name)
    return Row(place, each.name, glyph, state, shown_addresses, each.kind, each.mode, each.master, style, far)


def _folded(rows: Sequence[Row]) -> Row:
    """Return equal rows as one, with the first and the last of what differs."""
    first, last = rows[0], rows[-1]
    if len(rows) == 1:
        return first
    pairs = zip(first.addresses, last.addresses, strict=False)
    addresses = tuple(f"{one.partition('/')[0]} … {other}" for one, other in pairs)
    names = dict.fromkeys(row.title for row in rows)
    return replace(first, title=_span(tuple(names)), addresses=addresses, count=len(rows))


def _span(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"


def _ordered(rows: list[Row]) -> list[Row]:
    """Return lo first, then each bridge with its ports, then the others."""
    ports = {row.title: [port for port in rows if port.master == row.title] for row in rows}
    placed: list[Row] = []
    for row in sorted(rows, key=lambda row: row.title != "lo"):
        if not row.master or row.master not in ports:
            placed += [row, *ports.get(row.title, [])]
    return placed
