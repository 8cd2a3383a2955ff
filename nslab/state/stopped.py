"""Where a packet stopped, and the state of that place that explains it."""

from __future__ import annotations

import errno as errors
from ipaddress import ip_address
from typing import TYPE_CHECKING

from nslab.state.crossing import dead_wire, in_bridge, on_the_wire, same_mac
from nslab.state.neighbourly import no_answer, too_narrow
from nslab.state.path import IN, OTHERS, OUT
from nslab.state.reason import Reason, maybe_filtered, name_of, no_way_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.state.path import Journey, Sighting
    from nslab.state.surroundings import Interface, Namespace, World

_UNREACHABLE = {
    (4, 3, 0): "no route",
    (4, 3, 1): "unanswered",
    (4, 3, 3): "port closed",
    (4, 3, 9): "filtered",
    (4, 3, 10): "filtered",
    (4, 3, 13): "filtered",
    (4, 11, 0): "loop",
    (6, 1, 0): "no route",
    (6, 1, 1): "filtered",
    (6, 1, 3): "unanswered",
    (6, 1, 4): "port closed",
    (6, 3, 0): "loop",
}
"""What an ICMP error says, by IP version, type and code. Source: RFC 792, 1812, 4443."""


def why(journey: Journey, world: World) -> Reason | None:
    """Return why the probe of *journey* got no answer; None when it got one.

    The place is the last where the packet was seen; the reason is what stands
    there in *world*: interfaces, routes, switches. A rule of a filter is named
    only as a possibility, ``filtered?``: which rule it was, the kernel must say.
    Introduced in chapter 10.
    """
    probe = journey.probe
    if probe.errno == 0:
        return None
    if journey.errors:
        return _told(journey, world)
    if journey.back and "RST" in journey.back[0].packet.flags:
        return _closed(journey.back[0].space, probe.port)
    if not journey.there:
        return _at_sender(journey, world, probe.origin, probe.target)
    last = journey.there[-1]
    if journey.back:
        return _strange(journey, world) or _stuck(journey, world, journey.back)
    here = world.namespaces.get(last.space)
    if last.way != OUT and here and here.has(last.packet.target):
        found = _at_sender(journey, world, last.space, last.packet.source)
        return no_way_back(found, here, last.packet.source) if found.kind == "no route" else found
    return _stuck(journey, world, journey.there)


def _told(journey: Journey, world: World) -> Reason:
    """Return what an ICMP error says, and of the place that sent it first."""
    error = journey.errors[0]
    packet = error.packet
    about = packet.inner.target if packet.inner else journey.probe.target
    kind = _UNREACHABLE.get((packet.version, packet.number, packet.code), "told")
    here = world.namespaces[error.space]
    if kind == "no route":
        return _no_route(world, here, about)
    if kind == "port closed" and packet.inner and packet.inner.kind == "udp":
        return _closed(error.space, packet.inner.ports[1])
    if kind == "unanswered":
        return no_answer(journey, world, here, about)
    if kind in ("filtered", "port closed"):
        return Reason("filtered?", error.space, "", f"{error.space} rejects it")
    if kind == "loop":
        return Reason("loop", error.space, "", f"{error.space} got it with a ttl of 1 and may not pass it on")
    return Reason("told", error.space, "", f"{error.space} says ICMP type {packet.number} code {packet.code}")


def _strange(journey: Journey, world: World) -> Reason | None:
    """Return that the answer came, but from an address that was never asked."""
    last, probe = journey.back[-1], journey.probe
    if (
        last.way == OUT
        or last.space != probe.origin
        or ip_address(last.packet.source) == ip_address(probe.target)
    ):
        return None
    said = f"the answer comes from {last.packet.source}, and {probe.origin} asked {probe.target}: "
    said += "it went back past the place that rewrote the address"
    return Reason("wrong source", last.space, last.interface, said, f"answer: {last.packet.source}")


def _stuck(journey: Journey, world: World, leg: Sequence[Sighting]) -> Reason:
    """Return why a packet went no further than its last sighting in *leg*."""
    last = leg[-1]
    here = world.namespaces[last.space]
    interface = here.interfaces.get(last.interface)
    if last.way == OUT:
        return on_the_wire(world, last)
    if interface and interface.master:
        return in_bridge(world, last, here, interface.master)
    if twin := same_mac(world, last):
        return twin
    target = last.packet.target
    if here.has(target):
        return maybe_filtered(here, "it arrived, and the socket that waits for it did not get it")
    if last.way == OTHERS:
        sentence = f"the frame is for another MAC than that of {name_of(here, last.interface)}"
        return Reason("other mac", here.name, last.interface, sentence)
    if last.packet.version not in here.forwards:
        return _not_forwarding(here, last.packet.version)
    return _at_sender(journey, world, here.name, target)


def _at_sender(journey: Journey, world: World, space: str, target: str) -> Reason:
    """Return why *space* itself does not send a packet to *target*."""
    here = world.namespaces[space]
    lo = here.interfaces.get("lo")
    if here.has(target) or ip_address(target).is_loopback:
        if lo and not lo.up:
            sentence = f"{space} sends to its own address {target} through lo, and lo is down"
            return Reason("lo down", space, "lo", sentence, "lo: DOWN")
        return maybe_filtered(here, "it is for this namespace itself")
    route = here.route(target)
    if route is None or route.kind != "unicast":
        return _no_route(world, here, target)
    interface = here.interfaces.get(route.device)
    if interface and not interface.up:
        return _down(here, route.device)
    if interface and (dead := dead_wire(world, here, route.device)):
        return dead
    if interface and (early := _tentative(here, interface, target)):
        return early
    hop = route.gateway or target
    if _unheard(journey, here, hop):
        return no_answer(journey, world, here, hop)
    if journey.probe.errno == errors.EPERM:
        return Reason("filtered?", space, "", f"{space} may not send it: a rule of its own output drops it")
    return maybe_filtered(here, f"it has a route to {target}")


def asked_before(journey: Journey, world: World) -> bool:
    """Return whether a MAC that the packet needs was asked for before, and not while it was followed.

    The kernel asks for a MAC again only after a second: until then nothing is known of the way as it is now.
    Source: arp(7), retrans_time_ms. Introduced in chapter 10.
    """
    ends = [(journey.probe.origin, journey.probe.target)]
    ends += [(leg[-1].space, leg[-1].packet.target) for leg in (journey.there, journey.back) if leg]
    return any(_waits(journey, world.namespaces[space], target) for space, target in ends)


def _waits(journey: Journey, here: Namespace, target: str) -> bool:
    route = here.route(target)
    hop = (route.gateway or target) if route else ""
    asked = any(
        each.space == here.name and each.packet.asked == hop and each.packet.what == "request"
        for each in journey.asking
    )
    return hop in here.silent and not asked


def _unheard(journey: Journey, here: Namespace, hop: str) -> bool:
    """Whether *here* asks *hop* for its MAC in vain, as seen on its interfaces or noted in its table."""
    asked = [each for each in journey.asking if each.packet.asked == hop and each.space == here.name]
    answered = any(each.packet.what == "reply" and each.way == IN for each in asked)
    sought = any(each.packet.what == "request" and each.way == OUT for each in asked)
    return not answered and (sought or hop in here.silent)


def _no_route(world: World, here: Namespace, target: str) -> Reason:
    """Return why *here* has no route: an interface that is down took it along, or a mask is too narrow."""
    if narrow := too_narrow(world, here, target):
        return narrow
    for interface in here.interfaces.values():
        near = [own for own in interface.addresses if ip_address(target) in own.network]
        if near and not interface.up:
            return _down(here, interface.name)
    nets = [
        route.net
        for route in here.routes
        if route.kind == "unicast" and (":" in route.net) == (":" in target)
    ]
    shown = ", ".join(net for net in nets if not net.startswith("fe80")) or "none"
    down = [each for each in here.interfaces.values() if not each.up and each.name != "lo" and each.addresses]
    if down and shown == "none":
        return _down(here, down[0].name)
    sentence = f"{here.name} has no route to {target}"
    return Reason("no route", here.name, "", sentence, f"routes of {here.name}: {shown}")


def _down(here: Namespace, interface: str) -> Reason:
    kind = here.interfaces[interface].kind
    which = "bridge down" if kind == "bridge" else "interface down"
    name = name_of(here, interface)
    return Reason(which, here.name, interface, f"{name} is down, and its routes with it", f"{name}: DOWN")


def _tentative(here: Namespace, interface: Interface, target: str) -> Reason | None:
    """Return that IPv6 addresses are still being checked, without which no neighbour can be asked."""
    if ip_address(target).version == 4 or not interface.tentative:
        return None
    name = name_of(here, interface.name)
    said = f"an address of {name} is tentative: the kernel asks for a second or two whether another has it"
    return Reason("tentative", here.name, interface.name, said, f"{name}: tentative")


def _not_forwarding(here: Namespace, version: int) -> Reason:
    switch = "net.ipv4.ip_forward" if version == 4 else "net.ipv6.conf.all.forwarding"
    said = f"it is not for {here.name}, and {here.name} does not forward"
    return Reason("forwarding off", here.name, "", said, f"{here.name}: {switch} = 0")


def _closed(space: str, port: int) -> Reason:
    said = f"it arrived, and nothing in {space} listens on port {port}"
    return Reason("port closed", space, "", said, f"{space}: no socket on port {port}")
