"""The network operations of a space, each the equal of a standard command."""

from __future__ import annotations

from ipaddress import ip_interface
from string import hexdigits
from typing import TYPE_CHECKING, Any

from nslab.front import netrules, shown
from nslab.front.face import OfSpace
from nslab.linux import links, wiring
from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Interface, IPv6Interface

    from nslab.front.space import Space


class Networking(OfSpace):
    """What a space can do with its network namespace.

    Each operation prints the commands that it equals and raises KernelRefused,
    with the errno's name, the rule and the way out, when the kernel says no; the
    space is then as it was. In a command a network namespace goes by the name of its
    space. A MAC, which the kernel would draw at random, is the next of the lab's numbers.
    """

    def bridge(self, name: str, ports: Sequence[str] = ()) -> None:
        """Make a bridge, a switch of software, and put *ports* into it; both are as up or down as before.

        Raises KernelRefused: ELOOP for a bridge as port. Source: ip-link(8). Introduced in chapter 10.
        """
        self._wire(
            ["ip", "link", "add", name, "type", "bridge"],
            ["bridge", name, self._lab._mac()],
            *[part for port in ports for part in _port(port, name)],
        )

    def port(self, device: str, bridge: str | None) -> None:
        """Make *device* a port of *bridge*, of none for None; else as :meth:`bridge`."""
        self._wire(*_port(device, bridge))

    def macvlan(self, parent: str, name: str, mode: str = "bridge", space: Space | None = None) -> None:
        """Make a macvlan of *parent*, here or in *space*: an interface with a MAC of its own on one card.

        *mode* is bridge, private, vepa or passthru. Raises KernelRefused, EINVAL for a
        second child beside a passthru one; ValueError for another mode.
        Source: ip-link(8). Introduced in chapter 10.
        """
        _choice("mode", mode, links.MACVLAN_MODES)
        words = ["ip", "link", "add", name, "link", parent, *_netns(space), "type", "macvlan", "mode", mode]
        self._wire(words, ["macvlan", parent, name, self._lab._mac(), mode, _pid(space)])

    def ipvlan(self, parent: str, name: str, mode: str = "l2", space: Space | None = None) -> None:
        """Make an ipvlan of *parent*, whose MAC it shares; *mode* is l2, l3 or l3s; else as :meth:`macvlan`.

        Raises KernelRefused, EOPNOTSUPP where the kernel has none. Introduced in chapter 10.
        """
        _choice("mode", mode, links.IPVLAN_MODES)
        words = ["ip", "link", "add", name, "link", parent, *_netns(space), "type", "ipvlan", "mode", mode]
        self._wire(words, ["ipvlan", parent, name, mode, _pid(space)])

    def vlan(self, parent: str, name: str, number: int, space: Space | None = None) -> None:
        """Make the interface of VLAN *number*, 0 to 4094, on *parent*; else as :meth:`ipvlan`."""
        if not 0 <= number <= 4094:
            raise ValueError(f"a VLAN's number is from 0 to 4094, not {number}; take one of these")
        words = ["ip", "link", "add", name, "link", parent, *_netns(space), "type", "vlan", "id", str(number)]
        self._wire(words, ["vlan", parent, name, number, _pid(space)])

    def dummy(self, name: str) -> None:
        """Make an interface that leads nowhere. Raises KernelRefused, EOPNOTSUPP where the kernel has none.

        Source: ip-link(8). Introduced in chapter 8.
        """
        self._wire(["ip", "link", "add", name, "type", "dummy"], ["dummy", name, self._lab._mac()])

    def delete_device(self, device: str) -> None:
        """Remove an interface; of a veth pair both ends go. Raises KernelRefused. Introduced in chapter 8."""
        self._wire(["ip", "link", "del", device], ["delete", device])

    def move_device(self, device: str, space: Space, name: str | None = None) -> None:
        """Move an interface to the network namespace of *space*, by another *name* if that is given.

        It arrives down and without addresses. Raises KernelRefused, EINVAL for lo and
        bridges; SpaceGone. Source: ip-link(8). Introduced in chapter 8.
        """
        words = ["ip", "link", "set", device, "netns", space.name, *(["name", name] if name else [])]
        self._wire(words, ["give", device, space.pid, name or ""])

    def up(self, *devices: str) -> None:
        """Set interfaces up, all or none of them.

        Raises KernelRefused. Source: ip-link(8). Introduced in chapter 8.
        """
        self._switch(devices, up=True)

    def down(self, *devices: str) -> None:
        """Set interfaces down, which drops their routes; else as :meth:`up`."""
        self._switch(devices, up=False)

    def address(self, device: str, *own: str, remove: bool = False, nodad: bool = False) -> None:
        """Give *device* addresses with the length of their network: ``10.0.0.2/24``, ``fd00::2/64``.

        All or none. Says so when another interface is in an overlapping network already: the kernel allows
        it, and uses only one of the two for an address in both. *nodad* takes an IPv6 address at
        once, where the kernel would first ask for a second or two whether another has it. Raises
        KernelRefused, EEXIST for an address it has; ValueError for what is none. Source:
        ip-address(8), RFC 4862. Introduced in chapter 8.
        """
        parts: list[list[Any]] = []
        words = ["nodad"] if nodad and not remove else []
        for found in map(_interface, own):
            parts.append(["ip", "addr", "del" if remove else "add", str(found), "dev", device, *words])
            parts.append(["address", device, str(found.ip), found.network.prefixlen, remove, bool(words)])
        self._wire(*parts)
        if not remove and not self._lab.quiet:
            for found in map(_interface, own):
                self._warn(device, found)

    def route(
        self, target: str, via: str | None = None, device: str | None = None, *, remove: bool = False
    ) -> None:
        """Add a route to the network *target* or ``default``, by the gateway *via*, by *device*, or both.

        Raises KernelRefused, ENETUNREACH for a gateway out of reach; ValueError for what is no
        address. Source: ip-route(8). Introduced in chapter 8.
        """
        words = ["ip", "route", "del" if remove else "add", target]
        words += [*(["via", via] if via else []), *(["dev", device] if device else [])]
        if target == "default":
            target = "::/0" if via and ":" in via else "0.0.0.0/0"
        net = _interface(target).network
        gateway = str(_interface(via).ip) if via else ""
        step = ["route", str(net.network_address), net.prefixlen, gateway, device or "", remove]
        self._wire([*words[:1], *(["-6"] if net.version == 6 else []), *words[1:]], step)

    def neighbour(self, device: str, other: str, mac: str | None) -> None:
        """Note for good that *other* on *device* has this *mac*; None forgets it.

        Raises KernelRefused; ValueError. Source: ip-neighbour(8), arp(7). Introduced in chapter 10.
        """
        found = str(_interface(other).ip)
        words = ["lladdr", mac, "nud", "permanent"] if mac else []
        shown_words = ["ip", "neigh", "replace" if mac else "del", found, *words, "dev", device]
        self._wire(shown_words, ["neighbour", device, found, _mac(mac) if mac else ""])

    def forward(self, on: bool = True, version: int = 4) -> None:
        """Pass on packets that are for others, of IP *version* 4 or 6, or stop it.

        Raises KernelRefused. Source: ip-sysctl.rst, ip_forward. Introduced in chapter 10.
        """
        _choice("version", version, (4, 6))
        key = "net.ipv4.ip_forward" if version == 4 else "net.ipv6.conf.all.forwarding"
        self._wire(["sysctl", "-w", f"{key}={int(on)}"], ["forward", version, on])

    def _switch(self, devices: Sequence[str], *, up: bool) -> None:
        parts: list[list[Any]] = []
        for device in devices:
            parts += [["ip", "link", "set", device, "up" if up else "down"], ["switch", device, up]]
        self._wire(*parts)

    def _wire(self, *parts: list[Any]) -> None:
        """Show every second one of *parts*, a command, and do the others, each a step of ``linux.wiring``."""
        for words in parts[::2]:
            self._show(shown.line(*words))
        refusal(self.call(wiring.do, list(parts[1::2])), parts[1::2])

    def _warn(self, device: str, found: IPv4Interface | IPv6Interface) -> None:
        for name, own in self.call(wiring.addresses_of):
            there, here = ip_interface(own).network, found.network
            alone = found.max_prefixlen in (there.prefixlen, here.prefixlen)
            if name == device or alone or not there.overlaps(here):
                continue
            chosen = "the kernel uses one of the two"
            if there != here:
                longer = name if there.prefixlen > here.prefixlen else device
                chosen = f"what is in both goes by {longer}, whose prefix is longer"
            print(f"# {name} is in {there} too: {chosen}")


def refusal(told: Sequence[Any], steps: Sequence[Sequence[Any]]) -> None:
    """Raise KernelRefused with its rule for what ``linux.wiring.do`` told of *steps*; nothing for success."""
    if told:
        place, number, call, arguments, said = told
        operation, *given = steps[place]
        names = {"veth": (0, 3), "bridge": (0,), "dummy": (0,)}.get(operation, (1,))
        wanted = tuple(str(given[at]) for at in names if at < len(given))
        rule = netrules.rule(operation, number, wanted, said)
        raise KernelRefused(number, call, arguments, rule) from None


def _port(device: str, bridge: str | None) -> list[list[Any]]:
    words = ["master", bridge] if bridge else ["nomaster"]
    return [["ip", "link", "set", device, *words], ["port", device, bridge or ""]]


def _netns(space: Space | None) -> list[str]:
    return ["netns", space.name] if space else []


def _pid(space: Space | None) -> int:
    return space.pid if space else 0


def _choice(what: str, given: object, known: Any) -> None:
    if given not in known:
        raise ValueError(f"there is no {what} {given!r}; take one of {', '.join(map(str, known))}")


def _interface(text: str) -> IPv4Interface | IPv6Interface:
    try:
        return ip_interface(text)
    except ValueError:
        raise ValueError(f"{text!r} is no address; write one such as 10.0.0.2/24 or fd00::2/64") from None


def _mac(text: str) -> str:
    parts = text.split(":")
    if len(parts) != 6 or not all(len(part) == 2 and set(part) <= set(hexdigits) for part in parts):
        raise ValueError(f"{text!r} is no MAC; write one such as 02:00:00:00:00:01")
    return text
