"""One packet followed through the captures of many interfaces: there, back, and the errors it met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.state.packets import Packet, decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nslab.state.surroundings import World

IN, BROADCAST, MULTICAST, OTHERS, OUT = range(5)
"""How a frame passed an interface: for it, for all, for a group, for another MAC, sent by it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One frame at one interface: when it passed in nanoseconds, and whether it went in or out."""

    when: int
    space: str
    interface: str
    way: int
    packet: Packet

    @property
    def place(self) -> tuple[str, str]:
        """The space and the interface."""
        return self.space, self.interface


@dataclass(frozen=True, slots=True)
class Probe:
    """What was sent: ``icmp``, ``udp`` or ``tcp`` from *origin* to *target*, and how to know it again.

    ICMP and UDP carry *token*; a TCP connection has the source port *port*.
    ``errno`` is what the sender got: 0, or the kernel's error.
    """

    kind: str
    origin: str
    target: str
    port: int = 0
    token: bytes = b""
    source_port: int = 0
    errno: int = 0


@dataclass(frozen=True, slots=True)
class Hop:
    """What one namespace did with the packet: the interfaces it passed, and what was changed.

    ``came`` and ``left`` say whether it came in from and went out to another namespace.
    """

    space: str
    interfaces: tuple[str, ...]
    came: bool
    left: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    """A probe's sightings: *there*, *back*, ICMP *errors* about it, and the *asking* for MACs meanwhile."""

    probe: Probe
    there: tuple[Sighting, ...] = ()
    back: tuple[Sighting, ...] = ()
    errors: tuple[Sighting, ...] = ()
    asking: tuple[Sighting, ...] = ()

    @property
    def hops(self) -> tuple[Hop, ...]:
        """What each namespace did on the way there."""
        return hops(self.there)

    @property
    def hops_back(self) -> tuple[Hop, ...]:
        """What each namespace did on the way back."""
        return hops(self.back, back=True)


def follow(
    probe: Probe, captured: Iterable[tuple[str, tuple[int, str, int, bytes]]], world: World
) -> Journey:
    """Return the journey of *probe* through what was *captured*: pairs of a space and a frame heard there.

    The packet is known again by its payload, a TCP packet by its sequence
    number, so that rewritten addresses do not hide it. Copies that a bridge sent
    to ports where nobody wanted them are left out. Introduced in chapter 10.
    """
    seen = [
        Sighting(when, space, name, way, decode(frame))
        for space, (when, name, way, frame) in captured
        if name
    ]
    seen.sort(key=lambda sighting: (sighting.when, sighting.way != OUT))
    sequence = _first_sequence(probe, seen)
    there, back, errors, asking = [], [], [], []
    for sighting in seen:
        packet = sighting.packet
        if packet.kind == "arp":
            asking.append(sighting)
        elif packet.what == "error" and packet.inner and _part(probe, packet.inner, sequence):
            errors.append(sighting)
        elif (part := _part(probe, packet, sequence)) == "there":
            there.append(sighting)
        elif part == "back":
            back.append(sighting)
    found = [tuple(_wanted(leg, world)) for leg in (there, back, errors)]
    return Journey(probe, found[0], found[1], found[2], tuple(asking))


def seen_last(journey: Journey) -> str:
    """Return the space where the packet, its answer, or the first error about it was seen last."""
    seen = journey.errors[:1] or journey.back[-1:] or journey.there[-1:]
    return seen[0].space if seen else journey.probe.origin


def hops(leg: Sequence[Sighting], *, back: bool = False) -> tuple[Hop, ...]:
    """Return what each namespace did in *leg*, the way there or *back*, in order."""
    visits: list[list[Sighting]] = []
    for sighting in leg:
        if visits and visits[-1][-1].space == sighting.space:
            visits[-1].append(sighting)
        else:
            visits.append([sighting])
    made = []
    for number, visit in enumerate(visits):
        names = [each.interface for each in visit]
        once = [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]
        came = number > 0
        left = visit[-1].way == OUT and visit[-1].interface != "lo"
        before = visits[number - 1][-1] if came else None
        made.append(Hop(visit[0].space, tuple(once), came, left, _notes(before, visit, back=back)))
    return tuple(made)


def _notes(before: Sighting | None, visit: Sequence[Sighting], *, back: bool) -> tuple[str, ...]:
    """Return what was changed on the way; a port only where it is the service's, not one drawn at random."""
    line = ([before] if before else []) + list(visit)
    first, last = line[0].packet, line[-1].packet
    notes = [f"ttl {first.ttl} → {last.ttl}"] if last.ttl < first.ttl else []
    for name, shown in (("source", back), ("target", not back)):
        ends = [_end(packet, name, with_port=shown) for packet in (first, last)]
        notes += [f"{name} {ends[0]} → {ends[1]}"] if ends[0] != ends[1] else []
    return tuple(notes)


def _end(packet: Packet, which: str, *, with_port: bool) -> str:
    """Return the source or the target of a packet, with its port where it has one and that is wanted."""
    address = packet.source if which == "source" else packet.target
    port = packet.ports[which == "target"]
    bracket = f"[{address}]" if ":" in address else address
    return f"{bracket}:{port}" if port and with_port else address


def _first_sequence(probe: Probe, seen: Sequence[Sighting]) -> int:
    for sighting in seen:
        packet = sighting.packet
        if packet.kind == "tcp" and packet.flags == ("SYN",) and packet.ports[0] == probe.source_port:
            return packet.sequence
    return -1


def _part(probe: Probe, packet: Packet, sequence: int) -> str:
    """Return whether *packet* is the probe's way ``there`` or ``back``, or empty for any other."""
    if probe.kind == "tcp":
        if packet.kind != "tcp":
            return ""
        if packet.sequence == sequence and packet.flags in (("SYN",), ()):
            return "there"
        opened = "SYN" in packet.flags or "RST" in packet.flags
        return "back" if opened and packet.acknowledged == (sequence + 1) % 2**32 else ""
    if not probe.token or probe.token not in packet.payload or packet.kind != probe.kind:
        return ""
    return "back" if packet.what == "reply" else "there"


def _wanted(leg: Sequence[Sighting], world: World) -> list[Sighting]:
    """Leave out what was flooded to those who do not want it, and the sending of it."""
    places = {sighting.place for sighting in leg}
    ignored = {each.place for each in leg if each.way == OTHERS and not _passed_on(each, places, world)}
    sent = {place for place in places if world.linked(*place) in ignored and not _is_child(place, world)}
    wanted = [each for each in leg if each.place not in ignored and each.place not in sent]
    return wanted or list(leg)


def _passed_on(sighting: Sighting, places: set[tuple[str, str]], world: World) -> bool:
    interface = world.interface(*sighting.place)
    if interface and interface.master:
        return True
    return any(child in places for child in world.children(*sighting.place))


def _is_child(place: tuple[str, str], world: World) -> bool:
    interface = world.interface(*place)
    return bool(interface and interface.kind in ("macvlan", "ipvlan"))
