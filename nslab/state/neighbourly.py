"""Why nobody answers when a namespace asks for the MAC of the next hop."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from nslab.state.reason import Reason, name_of

if TYPE_CHECKING:
    from nslab.state.path import Journey
    from nslab.state.surroundings import Interface, Namespace, World


def no_answer(journey: Journey, world: World, here: Namespace, hop: str) -> Reason:
    """Return why *hop* does not answer when *here* asks for its MAC with ARP or neighbour discovery."""
    route = here.route(hop)
    device = route.device if route else ""
    bearer = world.bearer(hop)
    if bearer is None:
        return _nobody(here, hop, journey.probe.target)
    there, interface = bearer
    segment = world.segment(here.name, device)
    if (there, interface.name) not in segment:
        return _elsewhere(world, here, device, hop, (there, interface))
    if not interface.up:
        return _down(there, interface)
    if broken := _broken(world, segment, (here.name, device), (there, interface.name)):
        return broken
    if macvlan := _macvlan(world, (here.name, device), (there, interface.name)):
        return macvlan
    if found := twin(world, segment, (there, interface)):
        return found
    said = f"{here.name} asks for the MAC of {hop}, and {there} does not answer"
    return Reason("unanswered", here.name, device, said)


def no_way_to(world: World, place: tuple[str, str], target: str) -> Reason:
    """Return why what left a macvlan interface does not reach *target*."""
    bearer = world.bearer(target)
    if bearer and (found := _macvlan(world, place, (bearer[0], bearer[1].name))):
        return found
    return Reason("lost", *place, f"it left through {':'.join(place)} and was seen nowhere after")


def too_narrow(world: World, here: Namespace, target: str) -> Reason | None:
    """Return the mask of *here* that leaves out a *target* on its own wire, whose mask takes *here* in."""
    bearer = world.bearer(target)
    if bearer is None:
        return None
    there, interface = bearer
    net = next(each.network for each in interface.addresses if each.ip == ip_address(target))
    for own in here.interfaces.values():
        near = [each for each in own.addresses if each.ip in net and each.network.prefixlen > net.prefixlen]
        if near and (there, interface.name) in world.segment(here.name, own.name):
            name = name_of(here, own.name)
            said = f"{target} is on its wire, but {near[0]} says it is not: {there} has /{net.prefixlen}"
            return Reason("wrong mask", here.name, own.name, said, f"{name}: {near[0]}")
    return None


def _nobody(here: Namespace, hop: str, target: str) -> Reason:
    asked = f"{here.name} asks for the MAC of {hop}, and no interface has that address"
    if hop == target:
        return Reason("unanswered", here.name, "", asked, f"{hop} is nobody's address")
    return Reason("unanswered", here.name, "", f"{asked}: the route's next hop is wrong", f"next hop {hop}")


def _elsewhere(world: World, here: Namespace, device: str, hop: str, bearer: tuple[str, Interface]) -> Reason:
    """Return that *here* takes *hop* for a neighbour which lives on another wire."""
    there, interface = bearer
    for other in here.interfaces.values():
        near = [each.network for each in other.addresses if ip_address(hop) in each.network]
        if near and other.name != device and (there, interface.name) in world.segment(here.name, other.name):
            said = (
                f"{here.name} has {near[0]} on {device} and on {other.name}, and sends all of it to {device}"
            )
            return Reason("two wires", here.name, device, said, f"{hop} is behind {other.name}")
    own = [each for each in here.interfaces[device].addresses if ip_address(hop) in each.network]
    if own:
        net = own[0].network
        said = (
            f"{here.name} takes {hop} for a neighbour, since {own[0]} says that all of {net} is on its wire"
        )
        return Reason("wrong mask", here.name, device, said, f"{name_of(here, device)}: {own[0]}")
    said = f"{here.name} asks for {hop} on {device}, but {there}:{interface.name} has it, on another wire"
    return Reason("unanswered", here.name, device, said)


def _down(space: str, interface: Interface) -> Reason:
    kind = "bridge down" if interface.kind == "bridge" else "interface down"
    end = f"{space}:{interface.name}"
    return Reason(kind, space, interface.name, f"{end}, which should answer, is down", f"{end}: DOWN")


def _broken(
    world: World, segment: set[tuple[str, str]], start: tuple[str, str], end: tuple[str, str]
) -> Reason | None:
    """Return the interface on the way between two ends that is down."""
    for place in _between(world, start, end):
        found = world.interface(*place)
        if place in segment and found and not found.up:
            return _on_the_way(place, found)
    return None


def _on_the_way(place: tuple[str, str], interface: Interface) -> Reason:
    kind = "bridge down" if interface.kind == "bridge" else "interface down"
    name = ":".join(place)
    return Reason(kind, *place, f"{name}, on the way, is down", f"{name}: DOWN")


def _between(world: World, start: tuple[str, str], end: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the interfaces on the shortest way from *start* to *end*, both of them too."""
    came: dict[tuple[str, str], tuple[str, str] | None] = {start: None}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for there in world.joined(*here):
            if there not in came:
                came[there] = here
                waiting.append(there)
    way: list[tuple[str, str]] = []
    at: tuple[str, str] | None = end if end in came else None
    while at is not None:
        way.insert(0, at)
        at = came[at]
    return way


def _macvlan(world: World, start: tuple[str, str], end: tuple[str, str]) -> Reason | None:
    """Return the rule of macvlan that parts two ends."""
    for child, other in ((start, end), (end, start)):
        found = world.interface(*child)
        if not found or found.kind not in ("macvlan", "ipvlan"):
            continue
        parent = world.linked(*child)
        names = ":".join(child), ":".join(other)
        if parent == other:
            said = f"{names[0]} is a {found.kind} of {names[1]}: what either sends goes out by the wire of "
            said += f"{names[1]}, not to the other"
            return Reason("macvlan parent", *child, said, f"parent of {names[0]}: {names[1]}")
        if parent and other in world.children(*parent) and found.mode != "bridge":
            said = f"{names[0]} and {names[1]} are in mode {found.mode}: the parent joins no siblings"
            return Reason("macvlan mode", *child, said, f"mode {found.mode}")
    return None


def twin(world: World, segment: set[tuple[str, str]], bearer: tuple[str, Interface]) -> Reason | None:
    """Return that *bearer*, a space and its interface, has the MAC of another in its layer 2 *segment*."""
    there, interface = bearer
    for place in sorted(segment - {(there, interface.name)}):
        found = world.interface(*place)
        if (
            found
            and found.mac == interface.mac
            and not found.master
            and found.kind not in ("bridge", "macvlan")
        ):
            names = f"{there}:{interface.name}", ":".join(place)
            said = f"{names[0]} and {names[1]} have the same MAC: the bridge knows one port for it"
            return Reason("duplicate mac", there, interface.name, said, f"same MAC: {names[0]}, {names[1]}")
    return None
