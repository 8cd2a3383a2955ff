"""Packets that one can follow: pings, connections and datagrams, from hop to hop."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nslab.front import shown
from nslab.front.face import OfSpace
from nslab.front.filtering import ruled
from nslab.front.surveying import Survey
from nslab.linux import packets
from nslab.state.path import OUT, Journey, Probe, follow, seen_last
from nslab.state.reason import UNTOLD, Reason
from nslab.state.stopped import asked_before, why

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.state.surroundings import World
    from nslab.view.path import PathFigure

PATIENCE = 0.3
"""Seconds to wait for an answer: inside one machine it comes in microseconds."""

SETTLING = 4.0
"""Seconds to wait while an IPv6 address is tentative. Source: RFC 4862, 5.4."""

ASKING = 1.1
"""Seconds after which the kernel asks again for a MAC. Source: arp(7), retrans_time_ms."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of one packet: ``ok`` when its answer came, else the ``reason``; ``path`` shows each hop.

    ``stopped`` is the name of the space where it, or its answer, was seen last.
    Introduced in chapter 10.
    """

    ok: bool
    reason: Reason | None
    journey: Journey
    world: World

    @property
    def path(self) -> PathFigure:
        """The way of the packet, hop by hop, as text and picture."""
        from nslab.view.path import PathFigure

        return PathFigure(self.journey, self.world, self.reason)

    @property
    def stopped(self) -> str:
        """The space where the packet, or its answer, was seen last; empty when all is well."""
        return "" if self.ok else seen_last(self.journey)

    @property
    def places(self) -> list[tuple[str, str]]:
        """Each space and interface where the packet was seen, there and back, in order.

        ``lab.topology(path=trace)`` lights them.
        """
        seen = [each.place for each in (*self.journey.there, *self.journey.back)]
        return [place for at, place in enumerate(seen) if not at or place != seen[at - 1]]

    @property
    def end(self) -> tuple[str, str, str] | None:
        """Where it stopped: a space, an interface, and why; None when all is well."""
        if self.reason is None:
            return None
        space, interface = self.places[-1] if self.places else (self.reason.space, self.reason.interface)
        return space, interface, self.reason.says

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        from nslab.view.path import outcome

        return outcome(self.journey, self.reason)


class Packets(OfSpace):
    """What a space can send. Each call follows its packet through every interface of the lab."""

    def ping(self, address: str) -> Trace:
        """Send one echo request to *address*, IPv4 or IPv6, and follow it and its reply.

        Waits 0.3 seconds for an answer. Raises KernelRefused, EPERM without
        CAP_NET_RAW, and ValueError for what is no address. Source: ping(8), packet(7).
        Introduced in chapter 10.
        """
        _check(address)
        self._show(shown.line("ping", "-c", "1", "-W", "1", address))
        return traced_ping(self, address)

    def connect(self, address: str, port: int) -> Trace:
        """Open a TCP connection to *port* of *address* and follow its first packet and the answer.

        Raises ValueError for what is no address. Source: nc(1), tcp(7). Introduced in chapter 10.
        """
        _check(address)
        self._show(shown.line("nc", "-z", "-w", "1", address, str(port)))
        probe = Probe("tcp", self.name, address, port)
        return _traced(self, probe, lambda _: self.call(packets.connect, address, port, PATIENCE))

    def send(self, address: str, port: int, text: str = "hello") -> Trace:
        """Send one UDP datagram with *text* and follow it; ``ok`` when it arrived and no error came back.

        Raises ValueError for what is no address. Source: nc(1), udp(7). Introduced in chapter 10.
        """
        _check(address)
        self._show(f"echo {shown.line(text)} | nc -u -w 1 {address} {port}")

        def send(token: bytes) -> tuple[int, int]:
            return self.call(packets.datagram, address, port, token + text.encode(), PATIENCE / 3), 0

        return _traced(self, Probe("udp", self.name, address, port), send)

    def listen(self, port: int) -> None:
        """Take TCP connections on *port*, on every address, until this space ends.

        Raises KernelRefused, EADDRINUSE when something listens there. Source: listen(2).
        Introduced in chapter 10.
        """
        self._show(shown.line("nc", "-lk", str(port)) + " &")
        self.call(packets.serve, port)


def traced_ping(space: Any, address: str) -> Trace:
    """Ping without a word about the command. Raises as :meth:`Packets.ping`."""

    def send(token: bytes) -> tuple[int, int]:
        number = int.from_bytes(token[-2:], "big")
        return space.call(packets.echo, address, number, token, PATIENCE), 0

    return _traced(space, Probe("icmp", space.name, address), send)


def _traced(space: Any, probe: Probe, send: Callable[[bytes], tuple[int, int]]) -> Trace:
    """Send and follow; while something has not settled yet, wait and send again."""
    end = time.monotonic() + SETTLING
    trace = _trace(space, probe, send)
    while trace.reason and _unsettled(trace) and time.monotonic() < end:
        time.sleep(0.1)
        trace = _trace(space, probe, send)
    if trace.reason and _may_be_late(trace):
        time.sleep(ASKING)
        trace = _trace(space, probe, send)
    if trace.reason and keeps_back(space._lab):
        kept = Reason(UNTOLD, trace.stopped, "", "the drill asks you: drill.answer(space, fault)")
        return replace(trace, reason=kept)
    return trace


def _unsettled(trace: Trace) -> bool:
    """Whether an IPv6 address is tentative, or a wire is dead and its queue was not stopped yet."""
    last = trace.journey.there[-1] if trace.journey.there else None
    interface = trace.world.interface(*last.place) if last and last.way == OUT else None
    dead = interface is not None and interface.up and not interface.carrier
    return dead or (trace.reason is not None and trace.reason.kind == "tentative")


def _may_be_late(trace: Trace) -> bool:
    """Whether nothing that is down or missing stands in the way, and a neighbour was not asked again yet."""
    kind = trace.reason.kind if trace.reason else ""
    if kind in ("macvlan mode", "macvlan parent", "duplicate mac"):
        return asked_before(trace.journey, trace.world)
    return kind == "unknown" or (kind == "unanswered" and bool(trace.reason and trace.reason.interface))


def _trace(space: Any, probe: Probe, send: Callable[[bytes], tuple[int, int]]) -> Trace:
    """Listen everywhere, send, gather, read the state, and say why."""
    survey = Survey(space._lab)
    token = b"nslab " + os.urandom(8)
    captured, (failed, port) = survey.heard(lambda: send(token))
    probe = replace(probe, origin=survey.label(space), token=token, errno=failed, source_port=port)
    all_well = not failed and probe.kind != "udp"
    world = survey.world({probe.origin, *(name for name, _ in captured)} if all_well else None)
    journey = follow(probe, captured, world)
    if probe.kind == "udp":
        journey = replace(journey, probe=_delivered(journey, world))
    reason = why(journey, world)
    if reason and reason.kind == "filtered?":
        reason = ruled(survey, reason, lambda: send(token))
    return Trace(journey.probe.errno == 0, reason, journey, world)


def keeps_back(lab: Any) -> bool:
    """Whether reasons are kept back in *lab*, since a drill there is not answered yet."""
    return bool(lab._untold is lab._machine)


def _delivered(journey: Journey, world: World) -> Probe:
    """Return the probe of a datagram, with an error when it was seen to arrive nowhere."""
    last = journey.there[-1] if journey.there else None
    if journey.probe.errno or (last and world.namespaces[last.space].has(last.packet.target)):
        return journey.probe
    return replace(journey.probe, errno=errno.ETIMEDOUT)


def _check(address: str) -> None:
    from ipaddress import ip_address

    try:
        ip_address(address)
    except ValueError:
        raise ValueError(f"{address!r} is no IP address; write one such as 10.0.0.1 or fd00::1") from None
