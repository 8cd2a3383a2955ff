"""Reading a network namespace's routes, neighbours, and whether it forwards."""

from __future__ import annotations

import _socket
import struct

from nslab.linux.netlink import ask, attributes, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RTM_GETROUTE, RTM_GETNEIGH = 26, 30
NUD_INCOMPLETE, NUD_FAILED = 0x01, 0x20
MAIN = 254
KINDS = {1: "unicast", 2: "local", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
"""Kinds of routes that decide about a packet to one machine. Source: rtnetlink(7), rtm_type."""

_HEADER = struct.Struct("=BBBBBBBBI")


def routes(socket: _socket.socket) -> list[dict[str, Any]]:
    """Return the routes of all tables that decide about a packet to one machine.

    ``main`` marks those of the main table. Raises KernelRefused.
    Source: rtnetlink(7), RTM_GETROUTE. Introduced in chapter 8.
    """
    asking = [_HEADER.pack(family, *[0] * 8) for family in (_socket.AF_INET, _socket.AF_INET6)]
    answers = [answer for body in asking for answer in ask(socket, RTM_GETROUTE, body)]
    return [found for answer in answers if (found := _route(answer))]


def _route(answer: bytes) -> dict[str, Any] | None:
    family, length, _, _, table, _, _, kind, _ = _HEADER.unpack_from(answer)
    if kind not in KINDS:
        return None
    said = attributes(answer, _HEADER.size)
    size = 4 if family == _socket.AF_INET else 16
    return {
        "net": f"{_socket.inet_ntop(family, said.get(1, bytes(size)))}/{length}",
        "device": number(said, 4),
        "gateway": _socket.inet_ntop(family, said[5]) if 5 in said else "",
        "kind": KINDS[kind],
        "main": table == MAIN,
    }


def silent(socket: _socket.socket) -> list[str]:
    """Return the addresses of neighbours that were asked for their MAC and have not answered.

    Raises KernelRefused. Source: rtnetlink(7), RTM_GETNEIGH. Introduced in chapter 10.
    """
    found = []
    for answer in ask(socket, RTM_GETNEIGH, bytes(12)):
        family, _, state, _, _ = struct.unpack_from("=BxxxiHBB", answer)
        said = attributes(answer, 12)
        if state & (NUD_INCOMPLETE | NUD_FAILED) and 1 in said:
            found.append(_socket.inet_ntop(family, said[1]))
    return found


def forwards() -> list[int]:
    """Return the IP versions that are forwarded; /proc/sys/net is the reader's, whoever mounted it.

    Source: kernel Documentation/networking/ip-sysctl.rst. Introduced in chapter 8.
    """
    paths = {4: "/proc/sys/net/ipv4/ip_forward", 6: "/proc/sys/net/ipv6/conf/all/forwarding"}
    found = []
    for version, path in paths.items():
        try:
            with open(path, "rb") as file:
                found += [version] * (file.read(1) != b"0")
        except OSError:
            continue
    return found
