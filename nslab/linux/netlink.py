"""rtnetlink: the messages by which the kernel is told about and asked for links, addresses and routes.

The socket is opened once and stays open, in the network namespace in which it
was opened; an agent that is forked closes what it inherited and opens its own.
"""

from __future__ import annotations

import _socket
import os
import struct

from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x100, 0x200, 0x400
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLA_F_NESTED = 0x8000
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 270, 10, 11, 12
_HEAD = struct.Struct("=IHHII")
_ROOM, _ROOM_OF_ONE = 1 << 18, 1 << 14

_kept: dict[str, _socket.socket] = {}


class Said(KernelRefused):
    """The kernel's refusal of a message, with the sentence that it gave along, in ``step``."""


def opened() -> _socket.socket:
    """Return a fresh rtnetlink socket of the caller's network namespace.

    Raises KernelRefused. Source: netlink(7), rtnetlink(7). Introduced in chapter 8.
    """
    try:
        made = _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW | _socket.SOCK_CLOEXEC, 0)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK):
            made.setsockopt(SOL_NETLINK, option, 1)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "socket", "AF_NETLINK, SOCK_RAW, NETLINK_ROUTE") from None
    return made


def kept() -> _socket.socket:
    """Return the socket that this process keeps open. Raises KernelRefused."""
    if "route" not in _kept:
        _kept["route"] = opened()
    return _kept["route"]


def attribute(kind: int, value: bytes | str | int) -> bytes:
    """Return one attribute: text ends with a NUL, a number is 32 bits.

    >>> attribute(3, "lo").hex()
    '070003006c6f0000'
    """
    if isinstance(value, int):
        value = struct.pack("=I", value)
    elif isinstance(value, str):
        value = value.encode() + b"\0"
    size = 4 + len(value)
    return struct.pack("=HH", size, kind) + value + b"\0" * (-size % 4)


def attributes(data: bytes, at: int = 0) -> dict[int, bytes]:
    r"""Return the attributes in *data* from byte *at* on, by kind; of several of one kind the last.

    >>> attributes(attribute(3, "lo") + attribute(4, 1500))
    {3: b'lo\x00', 4: b'\xdc\x05\x00\x00'}
    """
    found = {}
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        if size < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + size]
        at += size + (-size % 4)
    return found


def tell(name: str, kind: int, flags: int, body: bytes, shown: str) -> None:
    """Send one request and wait until the kernel has done it.

    *name* and *shown* are the message and its content as a person writes them.
    Raises Said with the kernel's own sentence in ``step``. Source: netlink(7). Introduced in chapter 8.
    """
    socket = kept()
    try:
        socket.send(_HEAD.pack(_HEAD.size + len(body), kind, NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0) + body)
        answer = socket.recv(_ROOM_OF_ONE)
    except OSError as error:
        raise Said(error.errno or 0, name, shown) from None
    _check(answer, name, shown)


def ask(socket: _socket.socket, kind: int, body: bytes, flags: int = NLM_F_DUMP) -> Iterator[bytes]:
    """Yield the body of each answer to a question. Raises KernelRefused. Source: netlink(7)."""
    try:
        socket.send(_HEAD.pack(_HEAD.size + len(body), kind, NLM_F_REQUEST | flags, 1, 0) + body)
        while True:
            data = socket.recv(_ROOM)
            at = 0
            while at + _HEAD.size <= len(data):
                size, what, *_ = _HEAD.unpack_from(data, at)
                message = data[at : at + size]
                if what in (NLMSG_DONE, NLMSG_ERROR):
                    _check(message if what == NLMSG_ERROR else b"", "netlink", f"question {kind}")
                    return
                yield message[_HEAD.size :]
                at += size + (-size % 4)
            if flags != NLM_F_DUMP:
                return
    except OSError as error:
        if isinstance(error, KernelRefused):
            raise
        raise KernelRefused(error.errno or 0, "netlink", f"question {kind}") from None


def _check(answer: bytes, name: str, shown: str) -> None:
    if len(answer) < _HEAD.size + 4:
        return
    _, kind, flags, *_ = _HEAD.unpack_from(answer)
    number = -int(struct.unpack_from("=i", answer, _HEAD.size)[0])
    if kind != NLMSG_ERROR or not number:
        return
    refused = Said(number, name, shown)
    if flags & NLM_F_ACK_TLVS:
        capped = flags & NLM_F_CAPPED
        inner = _HEAD.size if capped else struct.unpack_from("=I", answer, _HEAD.size + 4)[0]
        told = attributes(answer, _HEAD.size + 4 + inner).get(1, b"")
        refused.step = told.rstrip(b"\0").decode(errors="replace")
    raise refused


def _forget() -> None:
    """Close the sockets that a new agent inherited: they are of its parent's namespace."""
    for socket in _kept.values():
        socket.close()
    _kept.clear()


os.register_at_fork(after_in_child=_forget)


def number(said: dict[int, bytes], kind: int, otherwise: int = 0) -> int:
    """Return the 32-bit number in attribute *kind* of *said*, *otherwise* where there is none."""
    value = said.get(kind)
    return int(struct.unpack("=i", value[:4])[0]) if value and len(value) >= 4 else otherwise
