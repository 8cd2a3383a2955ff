"""What a packet meets: interfaces, addresses, routes and switches of the network namespaces."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from ipaddress import IPv4Interface, IPv6Interface


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface: ``up`` is its own switch, ``carrier`` whether the other end is there and up.

    That is the flag LOWER_UP: NO-CARRIER and the operational state may lag a second behind.
    """

    name: str
    index: int = 0
    up: bool = True
    carrier: bool = True
    kind: str = ""
    mode: str = ""
    mac: str = ""
    master: str = ""
    link: tuple[int, int | None] | None = None
    addresses: tuple[IPv4Interface | IPv6Interface, ...] = ()
    tentative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One route: *net* by the interface *device*, through *gateway* unless that is empty.

    ``main`` says whether it is in the main table, which ``ip route`` shows.
    """

    net: str
    device: str
    gateway: str = ""
    kind: str = "unicast"
    main: bool = True


@dataclass(frozen=True, slots=True)
class Namespace:
    """One network namespace, by the name of its first space.

    ``silent`` are neighbours that were asked for their MAC and did not answer;
    ``known`` are the names of other namespaces by their number here; ``rules`` is
    nft's ruleset; ``forwards`` are the IP versions that are forwarded.
    """

    name: str
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    forwards: tuple[int, ...] = ()
    rules: str = ""
    silent: tuple[str, ...] = ()
    known: Mapping[int, str] = field(default_factory=dict)

    def has(self, address: str) -> Interface | None:
        """Return the interface that bears *address*, if one does."""
        wanted = ip_address(address)
        for interface in self.interfaces.values():
            if any(own.ip == wanted for own in interface.addresses):
                return interface
            if interface.name == "lo" and wanted.is_loopback:
                return interface
        return None

    def route(self, address: str) -> Route | None:
        """Return the route for *address*: of those that hold it, the one with the longest prefix."""
        wanted = ip_address(address)
        nets = [(ip_network(route.net, strict=False), route) for route in self.routes]
        fitting = [(net.prefixlen, route) for net, route in nets if wanted in net]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


@dataclass(frozen=True, slots=True)
class World:
    """The namespaces of a lab, by name, and how their interfaces are joined."""

    namespaces: Mapping[str, Namespace]

    def interface(self, space: str, name: str) -> Interface | None:
        """Return the interface *name* of *space*, None when it was not read."""
        found = self.namespaces.get(space)
        return found.interfaces.get(name) if found else None

    def linked(self, space: str, name: str) -> tuple[str, str] | None:
        """Return the other end of a veth, or the parent of a macvlan: its space and name."""
        found = self._pointed(space, name)
        interface = self.interface(space, name)
        if found or not interface or interface.kind != "veth":
            return found
        others = ((where, other.name) for where, other in self.everything() if other.kind == "veth")
        return next((other for other in others if self._pointed(*other) == (space, name)), None)

    def _pointed(self, space: str, name: str) -> tuple[str, str] | None:
        here, interface = self.namespaces.get(space), self.interface(space, name)
        if not here or not interface or not interface.link:
            return None
        index, number = interface.link
        there = space if number is None else here.known.get(number, "")
        far = self.namespaces.get(there)
        names = [other.name for other in far.interfaces.values() if other.index == index] if far else []
        return (there, names[0]) if names else None

    def children(self, space: str, name: str) -> list[tuple[str, str]]:
        """Return the macvlan and ipvlan interfaces whose parent is *name* of *space*."""
        every = [(where, each) for where, each in self.everything() if each.kind in ("macvlan", "ipvlan")]
        return [(at, each.name) for at, each in every if self.linked(at, each.name) == (space, name)]

    def ports(self, space: str, bridge: str) -> list[str]:
        """Return the ports of *bridge* in *space*."""
        here = self.namespaces.get(space)
        return [each.name for each in here.interfaces.values() if each.master == bridge] if here else []

    def everything(self) -> Iterator[tuple[str, Interface]]:
        """Yield every interface with its space."""
        for name, namespace in self.namespaces.items():
            for interface in namespace.interfaces.values():
                yield name, interface

    def bearer(self, address: str) -> tuple[str, Interface] | None:
        """Return the space and the interface that bear *address*; None also for a loopback address."""
        wanted = ip_address(address)
        for name, interface in self.everything():
            if not wanted.is_loopback and any(own.ip == wanted for own in interface.addresses):
                return name, interface
        return None

    def asker(self, address: str) -> str:
        """Return the space that bears *address*, or the address when none does."""
        found = self.bearer(address)
        return found[0] if found else address

    def segment(self, space: str, name: str) -> set[tuple[str, str]]:
        """Return the interfaces that share a layer 2 network with *name* of *space*, up or down."""
        found: set[tuple[str, str]] = set()
        waiting = [(space, name)]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting += self.joined(*here)
        return found

    def joined(self, space: str, name: str) -> list[tuple[str, str]]:
        """Return what *name* of *space* is joined to: other end or parent, bridge, ports, children."""
        other = self.linked(space, name)
        interface = self.interface(space, name)
        bridge = [(space, interface.master)] if interface and interface.master else []
        ports = [(space, port) for port in self.ports(space, name)]
        return [*([other] if other else []), *bridge, *ports, *self.children(space, name)]
