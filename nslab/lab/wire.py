"""Messages between the notebook and its helpers: plain data and descriptors.

A SOCK_SEQPACKET socket keeps a message's borders; one larger than a packet
travels in several. Works on the bare ``_socket`` type, since importing
``socket`` costs a helper a third of its start.
"""

from __future__ import annotations

import _socket
from array import array
from os import sched_yield
from time import monotonic

from nslab.lab import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

PACKET = 65536
MOMENT = 100e-6
"""Seconds to look out for a message before going to sleep."""

LARGEST = 1 << 30
"""Bytes that one message may have; more ends the conversation."""

_LAST, _MORE = b".", b"+"
_DESCRIPTORS = 16


class WireClosed(ConnectionError):
    """The other end of a wire is gone."""


class Wire:
    """One end of a conversation, over the socket with descriptor *fd*."""

    def __init__(self, fd: int) -> None:
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, fd)
        self.fd = fd

    def send(self, message: Any, descriptors: Sequence[int] = ()) -> None:
        """Send plain data and copies of *descriptors* (up to 16).

        Raises TypeError for other data, WireClosed when nobody is there.
        """
        data = plain.encode(message)
        chunks = [data[at : at + PACKET] for at in range(0, len(data), PACKET)]
        try:
            for chunk in chunks[:-1]:
                self._socket.send(_MORE + chunk)
            self._send_last(_LAST + chunks[-1], descriptors)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WireClosed("the other end of this wire is gone") from error

    def _send_last(self, packet: bytes, descriptors: Sequence[int]) -> None:
        if not descriptors:
            self._socket.send(packet)
            return
        rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array("i", descriptors))
        self._socket.sendmsg([packet], [rights])

    def receive(self) -> tuple[Any, list[int]]:
        """Return the next message and the descriptors that came with it.

        Blocks. Raises WireClosed at the end, ValueError when it is not plain data.
        """
        data = b""
        while True:
            packet, descriptors = self._packet()
            data = data + packet[1:] if data else packet[1:]
            if packet[:1] == _LAST:
                return plain.decode(data), descriptors
            if len(data) > LARGEST:
                raise ValueError(f"a message of more than {LARGEST} bytes")

    def _packet(self) -> tuple[bytes, list[int]]:
        space = _socket.CMSG_SPACE(4 * _DESCRIPTORS)
        try:
            packet, ancillary, _, _ = self._socket.recvmsg(PACKET + 1, space, _socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            packet, ancillary = b"", []
        descriptors = array("i")
        for _, _, rights in ancillary:
            descriptors.frombytes(rights[: len(rights) - len(rights) % 4])
        if not packet:
            raise WireClosed("the other end of this wire is gone")
        return packet, list(descriptors)

    def look_out(self) -> bool:
        """Return whether a message comes within a moment, without going to sleep meanwhile.

        Being woken on another processor costs more than most answers take; the
        processor is offered to others all the while.
        """
        end = monotonic() + MOMENT
        while monotonic() < end:
            try:
                self._socket.recv(1, _socket.MSG_PEEK | _socket.MSG_DONTWAIT)
            except BlockingIOError:
                sched_yield()
            except ConnectionResetError:
                return True
            else:
                return True
        return False

    def cancel(self, number: int) -> None:
        """Send the number of a request to cancel, as a packet of its own; nobody there is no error."""
        try:
            self._socket.send(b"%d" % number)
        except OSError:
            return

    def close(self) -> None:
        """Close this end."""
        self._socket.close()


def pair() -> tuple[Wire, int]:
    """Return a wire and the descriptor of its other end."""
    near, far = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    return Wire(near.detach()), far.detach()
