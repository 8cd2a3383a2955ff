"""Addresses, routes and neighbours of the caller's network namespace, by rtnetlink."""

from __future__ import annotations

import _socket
import struct

from nslab.linux.links import index
from nslab.linux.netlink import NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, attribute, tell

RTM_NEWADDR, RTM_DELADDR, RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEIGH, RTM_DELNEIGH = 20, 21, 24, 25, 28, 29
IFA_ADDRESS, IFA_LOCAL = 1, 2
IFA_F_NODAD = 0x02
RTA_DST, RTA_OIF, RTA_GATEWAY = 1, 4, 5
RT_TABLE_MAIN, RTPROT_BOOT, SCOPE_LINK, SCOPE_NOWHERE, RTN_UNICAST = 254, 3, 253, 255, 1
NUD_PERMANENT = 0x80


def address(device: str, own: str, length: int, remove: bool = False, nodad: bool = False) -> None:
    """Give *device* the address *own* with a prefix of *length* bits, or take it away.

    *nodad* is for IPv6, and takes it without asking whether another has it. Raises KernelRefused.
    Source: ip-address(8), rtnetlink(7). Introduced in chapter 8.
    """
    family, packed = _packed(own)
    body = struct.pack("=BBBBI", family, length, IFA_F_NODAD if nodad else 0, 0, index(device))
    body += attribute(IFA_LOCAL, packed) + attribute(IFA_ADDRESS, packed)
    name, kind = ("RTM_DELADDR", RTM_DELADDR) if remove else ("RTM_NEWADDR", RTM_NEWADDR)
    flags = 0 if remove else NLM_F_CREATE | NLM_F_EXCL
    tell(name, kind, flags, body, f"{device!r}, {own}/{length}")


def route(target: str, length: int, via: str, device: str, remove: bool = False) -> None:
    """Add or remove the route to *target* with a prefix of *length* bits, by *via*, *device*, or both.

    Raises KernelRefused. Source: ip-route(8), rtnetlink(7). Introduced in chapter 8.
    """
    family, packed = _packed(target)
    scope = SCOPE_NOWHERE if remove else 0 if via or family == _socket.AF_INET6 else SCOPE_LINK
    protocol, unicast = (0, 0) if remove else (RTPROT_BOOT, RTN_UNICAST)
    body = struct.pack("=BBBBBBBBI", family, length, 0, 0, RT_TABLE_MAIN, protocol, scope, unicast, 0)
    body += attribute(RTA_DST, packed) if length else b""
    body += attribute(RTA_GATEWAY, _packed(via)[1]) if via else b""
    body += attribute(RTA_OIF, index(device)) if device else b""
    name, kind = ("RTM_DELROUTE", RTM_DELROUTE) if remove else ("RTM_NEWROUTE", RTM_NEWROUTE)
    flags = 0 if remove else NLM_F_CREATE | NLM_F_EXCL
    words = [f"{target}/{length}", *([f"via {via}"] if via else []), *([f"dev {device!r}"] if device else [])]
    tell(name, kind, flags, body, ", ".join(words))


def neighbour(device: str, other: str, mac: str) -> None:
    """Note for good that *other* on *device* has this *mac*; forget it when *mac* is empty.

    Raises KernelRefused. Source: ip-neighbour(8), arp(7). Introduced in chapter 8.
    """
    family, packed = _packed(other)
    body = struct.pack("=BxxxiHBB", family, index(device), NUD_PERMANENT if mac else 0, 0, 0)
    body += attribute(1, packed)
    body += attribute(2, bytes.fromhex(mac.replace(":", ""))) if mac else b""
    name, kind = ("RTM_NEWNEIGH", RTM_NEWNEIGH) if mac else ("RTM_DELNEIGH", RTM_DELNEIGH)
    tell(name, kind, NLM_F_CREATE | NLM_F_REPLACE if mac else 0, body, f"{device!r}, {other}")


def forward(version: int, on: bool) -> None:
    """Let the caller's network namespace pass on packets for others, of IP *version* 4 or 6, or stop it.

    Raises KernelRefused. Source: ip-sysctl.rst, ip_forward. Introduced in chapter 10.
    """
    from nslab.linux.refusal import KernelRefused

    path = "/proc/sys/net/ipv4/ip_forward" if version == 4 else "/proc/sys/net/ipv6/conf/all/forwarding"
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write("01"[on])
    except OSError as error:
        raise KernelRefused(error.errno or 0, "write", repr(path)) from None


def _packed(text: str) -> tuple[int, bytes]:
    family = _socket.AF_INET6 if ":" in text else _socket.AF_INET
    return int(family), _socket.inet_pton(family, text)
