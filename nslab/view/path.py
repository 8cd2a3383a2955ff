"""A packet's path: each hop there and back, where it stopped, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.reason import UNTOLD
from nslab.view.figure import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from nslab.state.path import Hop, Journey
    from nslab.state.reason import Reason
    from nslab.state.surroundings import World

_SENT = {"icmp": "ping", "tcp": "connect", "udp": "datagram"}


def outcome(journey: Journey, reason: Reason | None) -> str:
    """Return in one line what became of a packet."""
    probe = journey.probe
    to = _to(journey)
    if reason is None:
        what = {"icmp": f"{to} answers", "tcp": f"{to} accepts", "udp": f"the datagram reaches {to}"}[
            probe.kind
        ]
        return f"{probe.origin}: {what}"
    fault = f"{reason.kind} at {reason.where}"
    if reason.kind == UNTOLD:
        fault = f"seen last in {reason.space}" if journey.there else f"it never left {reason.space}"
    what = {"icmp": "no answer from", "tcp": "no connection to", "udp": "no way to"}[probe.kind]
    return f"{probe.origin}: {what} {to}: {fault}"


def _to(journey: Journey) -> str:
    probe = journey.probe
    address = f"[{probe.target}]" if ":" in probe.target and probe.port else probe.target
    return f"{address}:{probe.port}" if probe.port else address


class PathFigure(Figure):
    """The way of one packet through the lab. Introduced in chapter 10."""

    def __init__(self, journey: Journey, world: World, reason: Reason | None) -> None:
        self.journey, self.world, self.reason = journey, world, reason

    def text(self) -> str:
        """Return each hop of each way as a line, then the place where it stopped, and why."""
        lines = [outcome(self.journey, self.reason)]
        legs = [("there", self.journey.hops), ("back", self.journey.hops_back)]
        wide = max([len(hop.space) for _, hops in legs for hop in hops], default=0)
        rows = [(name if not at else "", hop) for name, hops in legs for at, hop in enumerate(hops)]
        passed = [interfaces(hop) for _, hop in rows]
        space = max(map(len, passed), default=0)
        stop = self._last()
        for number, ((name, hop), by) in enumerate(zip(rows, passed, strict=True)):
            marks = [*hop.notes, *(["✗ stops here"] if number == stop else [])]
            lines.append(f"{name:<7}{hop.space:<{wide}}  {by:<{space}}  {', '.join(marks)}".rstrip())
        if self.reason:
            lines.append(f"{'why':<7}{self.reason.says}")
        if self.reason and self.reason.state:
            lines.append(f"{'state':<7}{self.reason.state}")
        return "\n".join(lines)

    def description(self) -> str:
        """Return the outcome in one sentence."""
        way = ", ".join(f"{hop.space} by {' and '.join(hop.interfaces)}" for hop in self.journey.hops)
        return f"{outcome(self.journey, self.reason)}. Way there: {way or 'none'}."

    def draw(self) -> Drawing:
        """Return the lab's namespaces with the way of the packet lit."""
        from nslab.view.way import way

        return way(self.journey, self.world, self.reason, outcome(self.journey, self.reason))

    def _last(self) -> int:
        """Return the row where the packet was seen last, -1 when it is well."""
        if not self.reason:
            return -1
        return len(self.journey.hops) + len(self.journey.hops_back) - 1


def interfaces(hop: Hop) -> str:
    """Return the interfaces that a packet passed in one namespace, with arrows where it came in and left."""
    passed = " → ".join(hop.interfaces)
    return f"{'→' if hop.came else ' '} {passed}{' →' if hop.left else ''}"
