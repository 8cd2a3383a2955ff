"""The loopback interface, which a new network namespace has, but down."""

from __future__ import annotations

import _socket
import fcntl
import struct

from nslab.linux.refusal import KernelRefused

SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
_REQUEST = struct.Struct("16sH14x")


def up(name: bytes = b"lo") -> None:
    """Set the interface *name* of the caller's network namespace up.

    Raises KernelRefused. Source: netdevice(7). Introduced in chapter 8.
    """
    opened = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
    try:
        answer = fcntl.ioctl(opened.fileno(), SIOCGIFFLAGS, _REQUEST.pack(name, 0))
        flags = _REQUEST.unpack(answer)[1]
        fcntl.ioctl(opened.fileno(), SIOCSIFFLAGS, _REQUEST.pack(name, flags | IFF_UP))
    except OSError as error:
        raise KernelRefused(error.errno or 0, "ioctl", f"SIOCSIFFLAGS, {name.decode()!r}, IFF_UP") from None
    finally:
        opened.close()
