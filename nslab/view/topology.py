"""The wiring of a lab as text and picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view import cards
from nslab.view.figure import Figure
from nslab.view.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure as Drawing

    from nslab.state.topology import Topology
    from nslab.view.cards import Card, Place, Row

_WIRE = {"veth": "══", "macvlan": "┄┄"}


class TopologyFigure(Figure):
    """The network namespaces of a lab, their interfaces, and how these are joined.

    ``topology`` holds it as data; ``path`` is a way that is lit, ``stop`` where it
    ends: a namespace, an interface or none, a note. Introduced in chapter 8.
    """

    def __init__(
        self,
        topology: Topology,
        path: Sequence[Place] = (),
        stop: tuple[str, str, str] | None = None,
        *,
        routes: bool = False,
        fdb: bool = False,
        raw: bool = False,
    ) -> None:
        self.topology, self.path, self.stop = topology, tuple(path), stop
        self._routes, self._fdb = routes, fdb
        keep = {name for name, _ in self.path} | ({stop[0]} if stop else set())
        for place in (*self.path, *([stop[:2]] if stop and stop[1] else [])):
            if topology.world.interface(*place) is None:
                raise KeyError(f"there is no interface {place[1]!r} in {place[0]}")
        self._shown = cards.shown(topology, keep, raw=raw)

    def text(self) -> str:
        """Return a line for each interface: its state, its addresses, and where its wire leads."""
        rows = [row for card in self._shown.cards for row in self._rows(card)]
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
        used = [(column, wide) for column, wide in enumerate(widths) if wide]
        lines = [
            "  ".join([*(row[column].ljust(wide) for column, wide in used), row[4]]).rstrip() for row in rows
        ]
        return "\n".join([*lines, *self._tables(), *self._way(), *self._shown.notes])

    def description(self) -> str:
        """Return how many network namespaces and wires are shown, and what a lit path says."""
        wires = sum(row.count for card in self._shown.cards for row in card.rows if row.style) or 0
        said = f"{plural(len(self.topology.namespaces), 'network namespace')}, "
        said += f"{plural(wires, 'end')} of wires: {'; '.join(_named(card) for card in self._shown.cards)}"
        return ". ".join([said, *self._way()])

    def draw(self) -> Drawing:
        """Return the picture: a card for each namespace, wires in lanes between them."""
        from nslab.view.wires import draw

        notes = [*self._tables(), *self._way(), *self._shown.notes]
        return draw(self._shown, self.path, self.stop, notes)

    def _rows(self, card: Card) -> list[tuple[str, ...]]:
        cells = [self._cells(card, row, first=not at) for at, row in enumerate(card.rows)]
        return cells or [(_named(card), "no interface", "", "", "")]

    def _cells(self, card: Card, row: Row, *, first: bool) -> tuple[str, ...]:
        title = f"{_named(card)}" if first else ""
        name = row.title + (f" × {row.count}" if row.count > 1 else "")
        port = "└ " if row.master and any(one.title == row.master for one in card.rows) else ""
        return (
            title,
            f"{row.glyph} {port}{name}",
            ", ".join(row.addresses),
            row.state,
            self._joined(card, row),
        )

    def _joined(self, card: Card, row: Row) -> str:
        if row.kind == "bridge":
            ports = [one.title for one in card.rows if one.master == row.title]
            return f"bridge: {', '.join(ports)}" if ports else "bridge"
        what = f" {row.kind}{' ' + row.mode if row.mode else ''}" if row.style == "macvlan" else ""
        if not row.style:
            return row.kind
        return f"{_WIRE[row.style]}{what} {self._other(row)}"

    def _other(self, row: Row) -> str:
        if row.far is None:
            return "?"
        far = self._shown.row(row.far)
        return f"{row.far[0]}:{far.title if far else row.far[1]}"

    def _tables(self) -> list[str]:
        """Return the routing tables and what bridges have learnt, where these were asked for."""
        lines = []
        for card in self._shown.cards:
            here = self.topology.world.namespaces[card.name]
            if self._routes:
                hops = [
                    (route.net, f"via {route.gateway} " if route.gateway else "", route.device)
                    for route in here.routes
                    if route.main and not route.net.startswith("fe80:")
                ]
                versions = " and ".join(f"IPv{version}" for version in here.forwards)
                lines += [f"route  {card.title}: forwards {versions}"] if versions else []
                lines += [f"route  {card.title}: {net} {via}dev {device}" for net, via, device in hops]
            if self._fdb:
                learnt = self.topology.learnt.get(card.name, ())
                lines += [f"fdb  {card.title}: {mac} at {port}" for mac, port in learnt]
        return lines

    def _way(self) -> list[str]:
        """Return the lit path in one line, and its end in another."""
        hops = " ─▶ ".join(f"{space}:{name}" for space, name in self.path)
        lines = [f"path  {hops}"] if hops else []
        if self.stop:
            place = ":".join(filter(None, self.stop[:2]))
            lines.append(f"✗ {place}  {self.stop[2]}")
        return lines


def _named(card: Card) -> str:
    return card.title + (f" × {card.count}" if card.count > 1 else "")
