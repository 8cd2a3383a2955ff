"""Network interfaces: made, changed, given to another namespace, and removed, by rtnetlink."""

from __future__ import annotations

import _socket
import struct

from nslab.linux.netlink import NLA_F_NESTED, NLM_F_CREATE, NLM_F_EXCL, attribute, tell

RTM_NEWLINK, RTM_DELLINK = 16, 17
IFLA_ADDRESS, IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO = 1, 3, 5, 10, 18
IFLA_NET_NS_PID = 19
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFF_UP = 1
MACVLAN_MODES = {"private": 1, "vepa": 2, "bridge": 4, "passthru": 8}
IPVLAN_MODES = {"l2": 0, "l3": 1, "l3s": 2}
_INFO = struct.Struct("=BxHiII")


def veth(name: str, mac: str, pid: int, peer: str, peer_mac: str, peer_pid: int) -> None:
    """Make a pair: *name* in the network namespace of process *pid*, its *peer* in that of *peer_pid*.

    Raises KernelRefused. Source: veth(4), VETH_INFO_PEER. Introduced in chapter 8.
    """
    far = _INFO.pack(0, 0, 0, 0, 0) + _ends(peer, peer_mac, peer_pid)
    data = attribute(VETH_INFO_PEER | NLA_F_NESTED, far)
    _add("veth", _ends(name, mac, pid), data, f"veth {name!r}, peer {peer!r}")


def bridge(name: str, mac: str) -> None:
    """Make a bridge. Raises KernelRefused. Source: ip-link(8). Introduced in chapter 8."""
    _add("bridge", _ends(name, mac, 0), b"", f"bridge {name!r}")


def dummy(name: str, mac: str) -> None:
    """Make an interface that swallows what is sent. Raises KernelRefused. Source: ip-link(8)."""
    _add("dummy", _ends(name, mac, 0), b"", f"dummy {name!r}")


def macvlan(parent: str, name: str, mac: str, mode: str, pid: int) -> None:
    """Make a macvlan of *parent* in the network namespace of process *pid*, 0 for the caller's.

    Raises KernelRefused. Source: ip-link(8), MACVLAN. Introduced in chapter 10.
    """
    ends = attribute(IFLA_LINK, index(parent)) + _ends(name, mac, pid)
    _add("macvlan", ends, attribute(1, MACVLAN_MODES[mode]), f"macvlan {name!r} of {parent!r}, mode {mode}")


def ipvlan(parent: str, name: str, mode: str, pid: int) -> None:
    """Make an ipvlan of *parent*, which shares its MAC; else as :func:`macvlan`."""
    ends = attribute(IFLA_LINK, index(parent)) + _ends(name, "", pid)
    data = attribute(1, struct.pack("=H", IPVLAN_MODES[mode]))
    _add("ipvlan", ends, data, f"ipvlan {name!r} of {parent!r}, mode {mode}")


def vlan(parent: str, name: str, number: int, pid: int) -> None:
    """Make the interface of VLAN *number* on *parent*; else as :func:`macvlan`."""
    ends = attribute(IFLA_LINK, index(parent)) + _ends(name, "", pid)
    _add("vlan", ends, attribute(1, struct.pack("=H", number)), f"vlan {name!r} of {parent!r}, id {number}")


def delete(name: str) -> None:
    """Remove an interface; of a pair, both ends. Raises KernelRefused. Introduced in chapter 8."""
    tell("RTM_DELLINK", RTM_DELLINK, 0, _INFO.pack(0, 0, index(name), 0, 0), repr(name))


def switch(name: str, up: bool) -> None:
    """Set an interface up or down. Raises KernelRefused. Source: ip-link(8). Introduced in chapter 8."""
    body = _INFO.pack(0, 0, index(name), IFF_UP * up, IFF_UP)
    tell("RTM_NEWLINK", RTM_NEWLINK, 0, body, f"{name!r}, {'up' if up else 'down'}")


def port(name: str, master: str) -> None:
    """Make an interface a port of the bridge *master*, of none when that is empty. Raises KernelRefused.

    Source: ip-link(8), IFLA_MASTER. Introduced in chapter 8.
    """
    body = _INFO.pack(0, 0, index(name), 0, 0) + attribute(IFLA_MASTER, index(master) if master else 0)
    tell("RTM_NEWLINK", RTM_NEWLINK, 0, body, f"{name!r}, master {master!r}" if master else f"{name!r}")


def give(name: str, pid: int, new: str = "") -> None:
    """Move an interface to the network namespace of process *pid*, by the name *new* if that is given.

    It arrives down and without addresses. Raises KernelRefused. Source: ip-link(8). Introduced in chapter 8.
    """
    body = _INFO.pack(0, 0, index(name), 0, 0) + attribute(IFLA_NET_NS_PID, pid)
    body += attribute(IFLA_IFNAME, new) if new else b""
    tell("RTM_NEWLINK", RTM_NEWLINK, 0, body, f"{name!r}, IFLA_NET_NS_PID")


def index(name: str) -> int:
    """Return an interface's number in the caller's network namespace. Raises KernelRefused, ENODEV."""
    from nslab.linux.refusal import KernelRefused

    try:
        return _socket.if_nametoindex(name)
    except OSError as error:
        raise KernelRefused(error.errno or 19, "if_nametoindex", repr(name)) from None


def _ends(name: str, mac: str, pid: int) -> bytes:
    made = attribute(IFLA_IFNAME, name)
    made += attribute(IFLA_ADDRESS, bytes.fromhex(mac.replace(":", ""))) if mac else b""
    return made + (attribute(IFLA_NET_NS_PID, pid) if pid else b"")


def _add(kind: str, ends: bytes, data: bytes, shown: str) -> None:
    info = attribute(IFLA_INFO_KIND, kind) + (attribute(IFLA_INFO_DATA | NLA_F_NESTED, data) if data else b"")
    body = _INFO.pack(0, 0, 0, 0, 0) + ends + attribute(IFLA_LINKINFO | NLA_F_NESTED, info)
    tell("RTM_NEWLINK", RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body, shown)
