"""Packets as the kernel sees them: a tap on every interface of a network namespace, and probes to follow.

The tap is one AF_PACKET socket that is bound to no interface, so it hears all
of them. It is opened once and stays: closing such a socket waits until no
processor looks at it any more, which takes longer than a whole trace. Between
traces a filter that lets nothing through keeps it empty.
"""

from __future__ import annotations

import _socket
import fcntl
import os
import select
import struct
import time

from nslab.linux.refusal import KernelRefused

ETH_P_ALL = 3
SIOCGSKNS = 0x894C
SO_TIMESTAMPNS = 35
SO_ATTACH_FILTER = 26
SO_DETACH_FILTER = 27
IP_RECVERR = 11
IPV6_RECVERR = 25
ROOM = 1 << 22
"""Bytes that a tap may hold before it is read."""

_taps: dict[str, _socket.socket] = {}
_listeners: dict[tuple[str, int], _socket.socket] = {}


def listen() -> None:
    """Begin to record every frame that an interface of the caller's network namespace takes or sends.

    What was recorded before is forgotten. Raises KernelRefused, EPERM without
    CAP_NET_RAW. Source: packet(7). Introduced in chapter 10.
    """
    tap = _taps.get("all") or _open()
    _silence(tap)
    _read(tap)
    tap.setsockopt(_socket.SOL_SOCKET, SO_DETACH_FILTER, 0)


def heard() -> list[tuple[int, str, int, bytes]]:
    """Return the frames since :func:`listen` and stop recording.

    Each is nanoseconds since 1970, the interface, how it passed (0 in, 1 in by
    broadcast, 2 in by multicast, 3 in but for another MAC, 4 out), and its bytes.
    Source: packet(7), PACKET_HOST and others. Introduced in chapter 10.
    """
    tap = _taps["all"]
    _silence(tap)
    return _read(tap)


def echo(address: str, ident: int, payload: bytes, seconds: float) -> int:
    """Send one ICMP or ICMPv6 echo request to *address*; return 0 when its reply came.

    Otherwise return the errno that the kernel gave at once, or ETIMEDOUT after
    *seconds*, or earlier when an ICMP error tells of this packet. Raises
    KernelRefused when it makes no raw socket. Source: raw(7), icmp(7). Introduced in chapter 10.
    """
    family = _family(address)
    six = family == _socket.AF_INET6
    made = _socket_of(family, _socket.SOCK_RAW, 58 if six else 1)
    try:
        head = struct.pack("!BBHHH", 128 if six else 8, 0, 0, ident, 1)
        if not six:
            head = struct.pack("!BBHHH", 8, 0, _checksum(head + payload), ident, 1)
        made.sendto(head + payload, (address, 0))
        return _answer(made, payload, 129 if six else 0, seconds, 0 if six else 20)
    except OSError as error:
        return error.errno or 0
    finally:
        made.close()


def datagram(address: str, port: int, payload: bytes, seconds: float) -> int:
    """Send one UDP datagram; return 0, or the errno that came back within *seconds*.

    Source: udp(7). Introduced in chapter 10.
    """
    family = _family(address)
    made = _socket_of(family, _socket.SOCK_DGRAM, 0)
    try:
        level = (_socket.IPPROTO_IPV6, IPV6_RECVERR) if family == _socket.AF_INET6 else (0, IP_RECVERR)
        made.setsockopt(*level, 1)
        made.connect((address, port))
        made.send(payload)
        poll = select.poll()
        poll.register(made.fileno(), select.POLLIN)
        poll.poll(seconds * 1000)
        return int(made.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR))
    except OSError as error:
        return error.errno or 0
    finally:
        made.close()


def connect(address: str, port: int, seconds: float) -> tuple[int, int]:
    """Open a TCP connection and close it; return the errno or 0, and the local port.

    ETIMEDOUT after *seconds*. Source: tcp(7), connect(2). Introduced in chapter 10.
    """
    made = _socket_of(_family(address), _socket.SOCK_STREAM, 0)
    made.settimeout(seconds)
    try:
        failed = made.connect_ex((address, port))
        return (110 if failed == 11 else failed), made.getsockname()[1]
    except TimeoutError:
        return 110, made.getsockname()[1]
    except OSError as error:
        return error.errno or 0, made.getsockname()[1]
    finally:
        made.close()


def serve(port: int, address: str = "::") -> None:
    """Listen on TCP *port*, so that the kernel takes connections; the socket stays until the space ends.

    *address* says where: ``::`` is every IPv6 and IPv4 address. Raises
    KernelRefused, EADDRINUSE when one listens there already. Source: listen(2). Introduced in chapter 10.
    """
    family = _family(address)
    if address == "::" and not os.path.exists("/proc/self/net/if_inet6"):
        family, address = _socket.AF_INET, "0.0.0.0"
    made = _socket_of(family, _socket.SOCK_STREAM, 0)
    try:
        made.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        if address == "::":
            made.setsockopt(_socket.IPPROTO_IPV6, _socket.IPV6_V6ONLY, 0)
        made.bind((address, port))
        made.listen(64)
    except OSError as error:
        made.close()
        raise KernelRefused(error.errno or 0, "bind", f"{address!r}, {port}") from None
    _listeners[(address, port)] = made


def namespace() -> int:
    """Return the inode number of the caller's network namespace, also where no /proc is mounted.

    Raises KernelRefused. Source: namespaces(7), SIOCGSKNS in include/uapi/linux/sockios.h.
    """
    try:
        return int(os.stat("/proc/self/ns/net").st_ino)
    except OSError:
        pass
    asked = _socket_of(_socket.AF_INET, _socket.SOCK_DGRAM, 0)
    try:
        descriptor = fcntl.ioctl(asked.fileno(), SIOCGSKNS)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "ioctl", "SIOCGSKNS") from None
    finally:
        asked.close()
    try:
        return int(os.fstat(descriptor).st_ino)
    finally:
        os.close(descriptor)


def _forget() -> None:
    """Close the sockets that a new agent inherited: they are of its parent's namespace."""
    for kept in (*_taps.values(), *_listeners.values()):
        kept.close()
    _taps.clear()
    _listeners.clear()


os.register_at_fork(after_in_child=_forget)


def _open() -> _socket.socket:
    tap = _socket_of(_socket.AF_PACKET, _socket.SOCK_RAW, _socket.htons(ETH_P_ALL))
    tap.setblocking(False)
    tap.setsockopt(_socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    tap.setsockopt(_socket.SOL_SOCKET, _socket.SO_RCVBUF, ROOM)
    _taps["all"] = tap
    return tap


def _socket_of(family: int, kind: int, protocol: int) -> _socket.socket:
    try:
        return _socket.socket(family, kind | _socket.SOCK_CLOEXEC, protocol)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "socket", f"{family}, {kind}, {protocol}") from None


def _silence(tap: _socket.socket) -> None:
    """Let nothing more into *tap*: a filter of one instruction, "take 0 bytes"."""
    import ctypes

    instruction = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0), 8)
    program = struct.pack("HL", 1, ctypes.addressof(instruction))
    tap.setsockopt(_socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def _read(tap: _socket.socket) -> list[tuple[int, str, int, bytes]]:
    frames: list[tuple[int, str, int, bytes]] = []
    while True:
        try:
            data, extra, _, came = tap.recvmsg(65536, 128)
        except (BlockingIOError, InterruptedError):
            return frames
        except OSError:
            continue
        when = [struct.unpack("ll", value[:16]) for _, kind, value in extra if kind == SO_TIMESTAMPNS]
        seconds, rest = when[0] if when else (0, 0)
        frames.append((seconds * 1_000_000_000 + rest, came[0], came[2], data))


def _answer(made: _socket.socket, payload: bytes, wanted: int, seconds: float, skip: int) -> int:
    """Wait for an echo reply (type *wanted*) or an ICMP error that holds *payload*."""
    requests = (8, 128)
    end = time.monotonic() + seconds
    poll = select.poll()
    poll.register(made.fileno(), select.POLLIN)
    while (left := end - time.monotonic()) > 0 and poll.poll(left * 1000):
        data = made.recv(65536)
        skipped = (data[0] & 15) * 4 if skip else 0
        if payload in data and len(data) > skipped and data[skipped] not in requests:
            return 0 if data[skipped] == wanted else 113
    return 110


def _family(address: str) -> int:
    return int(_socket.AF_INET6 if ":" in address else _socket.AF_INET)


def _checksum(data: bytes) -> int:
    """Return the Internet checksum. Source: RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
