"""The decoder reads real frames, and never fails on any bytes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nslab.state.packets import Packet, decode, decode_ip

PING = bytes.fromhex(
    "be40a29f8b9e6a48344a8ac008004500002a084c400040011e710a01000b0a090002"
    "0800291a004d00016e736c61622d6162636465666768"
)
ASKING = bytes.fromhex("ffffffffffff6a48344a8ac0080600010800060400016a48344a8ac00a01000b0000000000000a010001")
MAC = bytes(12)


def test_an_echo_request_is_read_to_its_payload():
    packet = decode(PING)

    assert (packet.kind, packet.what, packet.ends) == ("icmp", "request", "10.1.0.11 → 10.9.0.2")
    assert (packet.ttl, packet.ident, packet.payload) == (64, 77, b"nslab-abcdefgh")
    assert (packet.from_mac, packet.to_mac) == ("6a:48:34:4a:8a:c0", "be:40:a2:9f:8b:9e")


def test_an_arp_request_says_who_seeks_whom():
    packet = decode(ASKING)

    assert (packet.kind, packet.what, packet.source, packet.asked) == (
        "arp",
        "request",
        "10.1.0.11",
        "10.1.0.1",
    )


def test_an_error_holds_the_packet_that_it_is_about():
    inner = PING[14:]
    head = bytes.fromhex("4500000000000000400100000a0900020a01000b") + b"\x03\x01" + bytes(6)
    packet = decode_ip(head[:2] + (len(head) + len(inner)).to_bytes(2, "big") + head[4:] + inner)

    assert (packet.what, packet.number, packet.code) == ("error", 3, 1)
    assert packet.inner == replace(decode(PING), to_mac="", from_mac="", ethertype=0)


def test_tcp_flags_and_numbers_are_read():
    segment = bytes.fromhex("d9030050000000070000000850120000") + bytes(4)
    header = bytes.fromhex("4500002800004000400600000a0100010a010002")
    packet = decode(MAC + b"\x08\x00" + header + segment)

    assert (packet.ports, packet.sequence, packet.acknowledged) == ((55555, 80), 7, 8)
    assert packet.flags == ("SYN", "ACK")
    assert packet.ends == "10.1.0.1:55555 → 10.1.0.2:80"


def test_ipv6_is_read_behind_extension_headers_and_vlan_tags():
    udp = bytes.fromhex("0035003500090000") + b"x"
    hop = b"\x11\x00" + bytes(6)
    body = hop + udp
    header = (
        b"\x60\x00\x00\x00" + len(body).to_bytes(2, "big") + b"\x00\x40" + bytes(15) + b"\x01" + bytes(15)
    )
    packet = decode(MAC + b"\x81\x00\x00\x05" + b"\x86\xdd" + header + b"\x02" + body)

    assert (packet.kind, packet.version, packet.payload) == ("udp", 6, b"x")
    assert packet.ends == "[::1]:53 → [::2]:53"


def test_a_later_fragment_has_no_ports():
    header = bytes.fromhex("4500001c00000001401100000a0100010a010002")

    assert decode(MAC + b"\x08\x00" + header + bytes(8)).ports == (0, 0)


@settings(max_examples=300, deadline=None)
@given(
    start=st.sampled_from([b"", MAC, MAC + b"\x08\x00", MAC + b"\x08\x06", MAC + b"\x86\xdd", PING[:34]]),
    rest=st.binary(max_size=120),
)
@example(start=PING[:34], rest=b"\x03\x01" + bytes(6) + PING[14:])
def test_no_bytes_make_it_fail(start, rest):
    assert isinstance(decode(start + rest), Packet)


@settings(max_examples=100, deadline=None)
@given(size=st.integers(0, len(PING)))
def test_what_is_cut_off_says_less_and_nothing_else(size):
    whole, part = decode(PING), decode(PING[:size])

    assert part.source in ("", whole.source)
    assert whole.payload.startswith(part.payload)
