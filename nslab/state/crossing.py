"""Why a packet that left an interface, or came into a bridge, was not seen behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.neighbourly import no_way_to, twin
from nslab.state.reason import Reason, maybe_filtered, name_of

if TYPE_CHECKING:
    from nslab.state.path import Sighting
    from nslab.state.surroundings import Namespace, World


def dead_wire(world: World, here: Namespace, interface: str) -> Reason | None:
    """Return why *interface*, which is up, has no carrier."""
    own = here.interfaces[interface]
    if own.carrier:
        return None
    name = name_of(here, interface)
    far = world.linked(here.name, interface)
    other = world.interface(*far) if far else None
    if far and other and not other.up:
        end = f"{far[0]}:{far[1]}"
        whose = " at the other end" if own.kind == "veth" else ", its parent,"
        said = f"{name} has no carrier, since {end}{whose} is down"
        return Reason("interface down", far[0], far[1], said, f"{end}: DOWN")
    dead = [port for port in world.ports(here.name, interface) if _port_dead(world, here, port)]
    if own.kind == "bridge":
        said = f"{name} has no carrier: none of its ports has" + (f" ({', '.join(dead)})" if dead else "")
        return Reason("no carrier", here.name, interface, said, f"{name}: NO-CARRIER")
    return Reason("no carrier", here.name, interface, f"{name} has no carrier", f"{name}: NO-CARRIER")


def on_the_wire(world: World, last: Sighting) -> Reason:
    """Return why what left an interface did not come in elsewhere."""
    interface = world.interface(*last.place)
    here = world.namespaces[last.space]
    name = name_of(here, last.interface)
    far = world.linked(*last.place)
    other = world.interface(*far) if far else None
    if far and other and not other.up:
        end = f"{far[0]}:{far[1]}"
        return Reason("interface down", far[0], far[1], f"{end}, where {name} leads, is down", f"{end}: DOWN")
    if interface and interface.kind in ("macvlan", "ipvlan"):
        return no_way_to(world, last.place, last.packet.target)
    if interface and interface.kind == "bridge":
        return in_bridge(world, last, here, last.interface)
    return Reason("lost", here.name, last.interface, f"it left through {name} and was seen nowhere after")


def in_bridge(world: World, last: Sighting, here: Namespace, bridge: str) -> Reason:
    """Return why a bridge did not pass a frame on."""
    name = name_of(here, bridge)
    own = here.interfaces.get(bridge)
    if own and not own.up:
        said = f"{name} is down: a bridge that is down forwards nothing"
        return Reason("bridge down", here.name, bridge, said, f"{name}: DOWN")
    for port in world.ports(here.name, bridge):
        far = world.linked(here.name, port)
        other = world.interface(*far) if far else None
        if other and other.mac == last.packet.to_mac and far and _port_dead(world, here, port):
            which = far if not other.up else (here.name, port)
            end = ":".join(which)
            return Reason(
                "interface down", *which, f"{end}, where the frame should go, is down", f"{end}: DOWN"
            )
    bearer = world.bearer(last.packet.target)
    if bearer and bearer[1].mac == last.packet.to_mac:
        found = twin(world, world.segment(here.name, bridge), bearer)
        if found:
            return found
    if not any(each.mac == last.packet.to_mac for _, each in world.everything()):
        asker = world.asker(last.packet.source)
        said = f"the frame is for a MAC that no interface has: {asker} remembers an old one"
        return Reason("other mac", here.name, bridge, said)
    return maybe_filtered(here, f"the bridge {name} did not pass it on")


def same_mac(world: World, last: Sighting) -> Reason | None:
    """Return the reason when a frame came to the wrong one of two interfaces with the same MAC."""
    here = world.namespaces[last.space]
    own = here.interfaces.get(last.interface)
    if own is None or here.has(last.packet.target) or own.mac != last.packet.to_mac:
        return None
    others = sorted(world.segment(*last.place) - {last.place})
    same = [place for place in others if (found := world.interface(*place)) and found.mac == own.mac]
    meant = [place for place in same if place[0] != here.name]
    if not meant:
        return None
    other = ":".join(meant[0])
    name = name_of(here, last.interface)
    said = f"the frame was for {other}, and {name} has the same MAC: the bridge knows one port for it"
    return Reason("duplicate mac", here.name, last.interface, said, f"same MAC: {name}, {other}")


def _port_dead(world: World, here: Namespace, port: str) -> bool:
    own = here.interfaces[port]
    return not (own.up and own.carrier)
