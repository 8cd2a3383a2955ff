"""The wiring of a lab: its network namespaces, and how their interfaces are joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_interface
from typing import TYPE_CHECKING, Any

from nslab.state.surroundings import Interface, Namespace, Route, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

IFF_UP, IFF_LOWER_UP = 1, 0x10000


@dataclass(frozen=True, slots=True)
class Topology:
    """What was read: ``world`` by the name of the first space of each network namespace.

    ``members`` are all spaces of each; ``learnt`` are, by namespace, the MACs that
    its bridges have learnt, each with its port.
    """

    world: World
    members: Mapping[str, tuple[str, ...]]
    learnt: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, names: Sequence[str], said: Iterable[Mapping[str, Any]]) -> Topology:
        """Return the topology from what ``linux.interfaces.read`` said of the spaces *names*."""
        found = list(said)
        homes = {place: names[one["members"][0]] for one in found for place in one["members"]}
        labels = [names[one["members"][0]] for one in found]
        members = [tuple(names[place] for place in one["members"]) for one in found]
        spaces = {label: _namespace(label, one, homes) for label, one in zip(labels, found, strict=True)}
        learnt = {label: _learnt(one) for label, one in zip(labels, found, strict=True) if one["fdb"]}
        return cls(World(spaces), dict(zip(labels, members, strict=True)), learnt)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The network namespaces, each by the name of its first space."""
        return tuple(self.world.namespaces)

    def home(self, space: str) -> str:
        """Return the name by which the network namespace of *space* goes. Raises KeyError."""
        for label, spaces in self.members.items():
            if space in spaces:
                return label
        raise KeyError(f"there is no space {space!r} here; there is {', '.join(self.members)}")

    def settled(self) -> bool:
        """Whether bridges and macvlans have the carrier that follows from their ports and parents.

        The kernel passes a change on within a second. Source: net/core/link_watch.c.
        """
        every = list(self.world.everything())
        return all(each.carrier == self._follows(name, each) for name, each in every if each.up)

    def _follows(self, space: str, each: Interface) -> bool:
        if each.kind == "bridge":
            ports = [self.world.interface(space, port) for port in self.world.ports(space, each.name)]
            return any(port.up and port.carrier for port in ports if port)
        parent = self.far(space, each.name) if each.kind in ("macvlan", "ipvlan", "vlan") else None
        below = self.world.interface(*parent) if parent else None
        return below.up and below.carrier if below else each.carrier

    def far(self, space: str, name: str) -> tuple[str, str] | None:
        """Return the other end of a veth, or the parent of a macvlan; None for none, or one out of sight."""
        return self.world.linked(space, name)


def _namespace(label: str, said: Mapping[str, Any], homes: Mapping[int, str]) -> Namespace:
    names = {link["index"]: link["name"] for link in said["links"]}
    links = sorted(said["links"], key=lambda link: int(link["index"]))
    interfaces = {link["name"]: _interface(link, names, said["addresses"]) for link in links}
    known = {number: homes[place] for number, place in said["numbers"].items()}
    routes = tuple(
        Route(each["net"], names.get(each["device"], ""), each["gateway"], each["kind"], each["main"])
        for each in said["routes"]
    )
    silent = tuple(said["silent"])
    return Namespace(label, interfaces, routes, tuple(said["forwards"]), silent=silent, known=known)


def _interface(
    link: Mapping[str, Any], names: Mapping[int, str], addresses: Iterable[Mapping[str, Any]]
) -> Interface:
    own = [each for each in addresses if each["index"] == link["index"]]
    number = link["netnsid"] if link["netnsid"] >= 0 else None
    return Interface(
        name=link["name"],
        index=link["index"],
        up=bool(link["flags"] & IFF_UP),
        carrier=bool(link["flags"] & IFF_LOWER_UP),
        kind=link["kind"],
        mode=link["mode"],
        mac=link["mac"],
        master=names.get(link["master"], ""),
        link=(link["link"], number) if link["link"] else None,
        addresses=tuple(ip_interface(each["own"]) for each in own),
        tentative=tuple(each["own"].partition("/")[0] for each in own if each["tentative"]),
    )


def _learnt(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    names = {link["index"]: link["name"] for link in said["links"]}
    return tuple(sorted((each["mac"], names.get(each["port"], "")) for each in said["fdb"]))
