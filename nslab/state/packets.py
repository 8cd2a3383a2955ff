"""What the bytes of a packet say: Ethernet, ARP, IPv4, IPv6, ICMP, TCP and UDP headers."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass, replace

ARP = 0x0806
IPV4 = 0x0800
IPV6 = 0x86DD
VLAN = (0x8100, 0x88A8)
_EXTENSIONS = (0, 43, 60)
_ERRORS = {4: (3, 4, 5, 11, 12), 6: (1, 2, 3, 4)}
_FLAGS = (("SYN", 2), ("RST", 4), ("FIN", 1), ("ACK", 16))


@dataclass(frozen=True, slots=True)
class Packet:
    """The headers of one packet; what it does not have is empty, 0, or None.

    ``kind`` names the innermost header that is known: ``arp``, ``icmp``, ``tcp``,
    ``udp``, ``ip`` or ``frame``. For ARP and for ICMPv6 neighbour discovery
    ``asked`` is the address that is sought, ``what`` says ``request`` or ``reply``.
    An ICMP error holds the packet that it is about as ``inner``.
    Source: RFC 791, 792, 826, 8200, 4443, 4861. Introduced in chapter 10.
    """

    kind: str = "frame"
    to_mac: str = ""
    from_mac: str = ""
    ethertype: int = 0
    version: int = 0
    source: str = ""
    target: str = ""
    ttl: int = 0
    protocol: int = 0
    what: str = ""
    number: int = 0
    code: int = 0
    ident: int = 0
    asked: str = ""
    ports: tuple[int, int] = (0, 0)
    sequence: int = 0
    acknowledged: int = 0
    flags: tuple[str, ...] = ()
    payload: bytes = b""
    inner: Packet | None = None

    @property
    def ends(self) -> str:
        """Source and target as text, with ports where there are some.

        >>> Packet(source="10.0.0.1", target="10.0.0.2").ends
        '10.0.0.1 → 10.0.0.2'
        """
        return f"{_end(self.source, self.ports[0])} → {_end(self.target, self.ports[1])}"


def decode(frame: bytes) -> Packet:
    r"""Return what an Ethernet *frame* holds; of what is cut off or unknown, as much as is there.

    >>> decode(bytes(12) + b"\x08\x06").kind, decode(b"").kind
    ('frame', 'frame')
    """
    if len(frame) < 14:
        return Packet()
    ethertype, at = struct.unpack_from("!H", frame, 12)[0], 14
    while ethertype in VLAN and len(frame) >= at + 4:
        ethertype, at = struct.unpack_from("!H", frame, at + 2)[0], at + 4
    outer = Packet(to_mac=_mac(frame[:6]), from_mac=_mac(frame[6:12]), ethertype=ethertype)
    body = frame[at:]
    if ethertype == ARP:
        return _arp(outer, body)
    return decode_ip(body, outer) if ethertype in (IPV4, IPV6) else outer


def decode_ip(data: bytes, outer: Packet | None = None) -> Packet:
    """Return what an IPv4 or IPv6 packet holds, in the frame *outer*.

    >>> decode_ip(b"").kind
    'frame'
    """
    outer = outer or Packet()
    version = data[0] >> 4 if data else 0
    if version == 4 and len(data) >= 20:
        return _ipv4(outer, data)
    if version == 6 and len(data) >= 40:
        return _ipv6(outer, data)
    return outer


def _arp(outer: Packet, body: bytes) -> Packet:
    if len(body) < 28 or body[:6] != b"\x00\x01\x08\x00\x06\x04":
        return outer
    operation = struct.unpack_from("!H", body, 6)[0]
    what = {1: "request", 2: "reply"}.get(operation, "")
    source, target = _ip(body[14:18]), _ip(body[24:28])
    asked = target if what == "request" else source
    return replace(outer, kind="arp", source=source, target=target, what=what, asked=asked)


def _ipv4(outer: Packet, data: bytes) -> Packet:
    header = (data[0] & 15) * 4
    if header < 20:
        return outer
    total = struct.unpack_from("!H", data, 2)[0]
    fragment = struct.unpack_from("!H", data, 6)[0] & 0x1FFF
    found = replace(
        outer, kind="ip", version=4, source=_ip(data[12:16]), target=_ip(data[16:20]), ttl=data[8]
    )
    found = replace(found, protocol=data[9])
    return found if fragment else _inside(found, data[header : max(total, header)])


def _ipv6(outer: Packet, data: bytes) -> Packet:
    size = struct.unpack_from("!H", data, 4)[0]
    found = replace(outer, kind="ip", version=6, source=_ip(data[8:24]), target=_ip(data[24:40]), ttl=data[7])
    following, body = data[6], data[40 : 40 + size]
    while following in _EXTENSIONS and len(body) >= 8:
        following, body = body[0], body[(body[1] + 1) * 8 :]
    return _inside(replace(found, protocol=following), body)


def _inside(found: Packet, body: bytes) -> Packet:
    if found.protocol == (1 if found.version == 4 else 58) and len(body) >= 8:
        return _icmp(found, body)
    if found.protocol == 6 and len(body) >= 8:
        return _tcp(found, body)
    if found.protocol == 17 and len(body) >= 8:
        ports = struct.unpack_from("!HH", body)
        return replace(found, kind="udp", ports=ports, payload=body[8:])
    return found


def _icmp(found: Packet, body: bytes) -> Packet:
    number, code = body[0], body[1]
    found = replace(found, kind="icmp", number=number, code=code)
    if number in _ERRORS[found.version]:
        return replace(found, what="error", inner=decode_ip(body[8:]))
    requests, replies = ((8,), (0,)) if found.version == 4 else ((128,), (129,))
    if number in requests + replies:
        what = "request" if number in requests else "reply"
        return replace(found, what=what, ident=struct.unpack_from("!H", body, 4)[0], payload=body[8:])
    if found.version == 6 and number in (135, 136) and len(body) >= 24:
        what = "request" if number == 135 else "reply"
        return replace(found, kind="arp", what=what, asked=_ip(body[8:24]))
    return found


def _tcp(found: Packet, body: bytes) -> Packet:
    ports = struct.unpack_from("!HH", body)
    sequence = struct.unpack_from("!I", body, 4)[0]
    if len(body) < 20:
        return replace(found, kind="tcp", ports=ports, sequence=sequence)
    flags = tuple(name for name, bit in _FLAGS if body[13] & bit)
    header = max(20, (body[12] >> 4) * 4)
    acknowledged = struct.unpack_from("!I", body, 8)[0]
    return replace(
        found,
        kind="tcp",
        ports=ports,
        sequence=sequence,
        acknowledged=acknowledged,
        flags=flags,
        payload=body[header:],
    )


def _mac(data: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in data)


def _ip(data: bytes) -> str:
    return str(ipaddress.ip_address(data))


def _end(address: str, port: int) -> str:
    if not port:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
