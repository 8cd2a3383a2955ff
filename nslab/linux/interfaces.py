"""Reading network namespaces: links, addresses, routes, forwarding databases, and who knows whom."""

from __future__ import annotations

import _socket
import os
import struct

from nslab.linux import routing
from nslab.linux.namespaces import CLONE_NEWNET, setns
from nslab.linux.netlink import ask, attributes, number, opened
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RTM_GETLINK, RTM_GETADDR, RTM_GETNEIGH, RTM_GETNSID = 18, 22, 30, 90
NETNSA_NSID, NETNSA_PID = 1, 2
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO = 1, 3, 4, 5, 10, 18
IFLA_LINK_NETNSID, IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_EXT_MASK = 37, 1, 2, 29
IFA_F_TENTATIVE = 0x40
RTEXT_FILTER_SKIP_STATS = 8
NUD_PERMANENT, AF_BRIDGE = 0x80, 7
SO_NETNS_COOKIE = 71
"""Asks for a number that no other network namespace has or had. Source: Linux 5.14, net/core/sock.c."""
_LINK = struct.Struct("=BxHiII")
_NO_STATISTICS = struct.pack("=HHI", 8, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
LINKS = RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0) + _NO_STATISTICS
ADDRESSES = RTM_GETADDR, bytes(8)
"""The questions for all links, and for all addresses."""


def one(index: int) -> tuple[int, bytes]:
    """Return the question for the link with number *index*. Source: rtnetlink(7), RTM_GETLINK."""
    return RTM_GETLINK, _LINK.pack(0, 0, index, 0, 0) + _NO_STATISTICS


def read(pids: list[int], *, routes: bool = False) -> list[dict[str, Any]]:
    """Return the network namespaces of the processes *pids*, each once, as plain data.

    ``members`` are the places in *pids* of those who live there; ``numbers`` maps
    the numbers that its links name to places in *pids*. The caller walks through
    them by setns(2) and stays in the last: call it in a fork. Processes that
    have ended are left out. Raises KernelRefused. Source: rtnetlink(7), setns(2). Introduced in chapter 8.
    """
    found: dict[bytes, dict[str, Any]] = {}
    for place, pid in enumerate(pids):
        try:
            key = _go(pid)
        except ProcessLookupError:
            continue
        if key in found:
            found[key]["members"].append(place)
        else:
            found[key] = _namespace(place, pids, routes=routes)
    return list(found.values())


def _go(pid: int) -> bytes:
    """Join the network namespace of *pid*; return what tells it from others. Raises ProcessLookupError."""
    descriptor = os.pidfd_open(pid)
    try:
        setns(descriptor, CLONE_NEWNET)
    except KernelRefused as refused:
        if refused.name == "ESRCH":
            raise ProcessLookupError from None
        raise
    finally:
        os.close(descriptor)
    asked = opened()
    try:
        return asked.getsockopt(_socket.SOL_SOCKET, SO_NETNS_COOKIE, 8)
    finally:
        asked.close()


def _namespace(place: int, pids: list[int], *, routes: bool) -> dict[str, Any]:
    socket = opened()
    try:
        links = [link(answer) for answer in ask(socket, *LINKS)]
        wanted = {each["netnsid"] for each in links} - {-1}
        return {
            "members": [place],
            "links": links,
            "addresses": [address(answer) for answer in ask(socket, *ADDRESSES)],
            "numbers": _numbers(socket, wanted, pids),
            "fdb": _fdb(socket) if any(each["kind"] == "bridge" for each in links) else [],
            "routes": routing.routes(socket) if routes else [],
            "silent": routing.silent(socket) if routes else [],
            "forwards": routing.forwards(),
        }
    finally:
        socket.close()


def link(answer: bytes) -> dict[str, Any]:
    """Return a link; the other end's index is left out by kernels when it is the same as its own."""
    _, _, index, flags, _ = _LINK.unpack_from(answer)
    said = attributes(answer, _LINK.size)
    info = attributes(said.get(IFLA_LINKINFO, b""))
    kind = _text(info.get(IFLA_INFO_KIND, b""))
    netnsid = number(said, IFLA_LINK_NETNSID, -1)
    return {
        "index": index,
        "flags": flags,
        "name": _text(said.get(IFLA_IFNAME, b"")),
        "mac": said.get(IFLA_ADDRESS, b"").hex(":"),
        "mtu": number(said, IFLA_MTU),
        "link": number(said, IFLA_LINK) or (index if netnsid >= 0 else 0),
        "netnsid": netnsid,
        "master": number(said, IFLA_MASTER),
        "kind": kind,
        "mode": _mode(kind, attributes(info.get(IFLA_INFO_DATA, b"")).get(1, b"")),
    }


def _mode(kind: str, said: bytes) -> str:
    """Return the mode of a macvlan or ipvlan, the number of a vlan."""
    mode = int.from_bytes(said[:4], "little")
    if kind == "macvlan":
        return {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}.get(mode, str(mode))
    if kind == "ipvlan":
        return {0: "l2", 1: "l3", 2: "l3s"}.get(mode, str(mode))
    return str(mode) if kind == "vlan" else ""


def address(answer: bytes) -> dict[str, Any]:
    """Return an address, with the index of its interface."""
    family, length, flags, _, index = struct.unpack_from("=BBBBI", answer)
    said = attributes(answer, 8)
    own = _socket.inet_ntop(family, said.get(2) or said.get(1, b""))
    return {"index": index, "own": f"{own}/{length}", "tentative": bool(flags & IFA_F_TENTATIVE)}


def _numbers(socket: _socket.socket, wanted: set[int], pids: list[int]) -> dict[int, int]:
    """Return to which of *pids* the numbers *wanted* belong, as the namespace of *socket* counts."""
    known: dict[int, int] = {}
    for place, pid in enumerate(pids):
        if len(known) == len(wanted):
            break
        body = struct.pack("=B3xHHI", 0, 8, NETNSA_PID, pid)
        try:
            answers = [attributes(answer, 4) for answer in ask(socket, RTM_GETNSID, body, 0)]
        except KernelRefused:
            continue
        found = number(answers[0], NETNSA_NSID, -1) if answers else -1
        if found in wanted:
            known.setdefault(found, place)
    return known


def _fdb(socket: _socket.socket) -> list[dict[str, Any]]:
    """Return what bridges have learnt: MAC and the port's index, without what is there for good."""
    asking = struct.pack("=BxxxiHBB", AF_BRIDGE, 0, 0, 0, 0)
    found = []
    for answer in ask(socket, RTM_GETNEIGH, asking):
        _, index, state, _, _ = struct.unpack_from("=BxxxiHBB", answer)
        said = attributes(answer, 12)
        if not state & NUD_PERMANENT and 2 in said:
            found.append({"port": index, "mac": said[2].hex(":")})
    return found


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode(errors="replace")
