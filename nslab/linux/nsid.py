"""The numbers by which one network namespace knows others: what a veth's ``link-netnsid`` says."""

from __future__ import annotations

import _socket
import os
import struct

from nslab.linux.refusal import KernelRefused

RTM_GETNSID = 90
NETNSA_NSID = 1
NETNSA_FD = 3
_HEAD = struct.Struct("=IHHII")


def known(pids: list[int], proc: str = "/proc") -> list[int]:
    """Return the numbers by which the caller's network namespace knows those of *pids*, -1 for unknown.

    A number is given when a link first crosses. Raises KernelRefused.
    Source: rtnetlink(7), RTM_GETNSID. Introduced in chapter 8.
    """
    opened = _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW | _socket.SOCK_CLOEXEC, 0)
    try:
        return [_ask(opened, f"{proc}/{pid}/ns/net") for pid in pids]
    except OSError as error:
        raise KernelRefused(error.errno or 0, "sendto", "RTM_GETNSID") from None
    finally:
        opened.close()


def _ask(opened: _socket.socket, path: str) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1
    try:
        body = struct.pack("=B3xHHI", 0, 8, NETNSA_FD, descriptor)
        opened.send(_HEAD.pack(_HEAD.size + len(body), RTM_GETNSID, 1, 1, 0) + body)
        return _number(opened.recv(4096))
    finally:
        os.close(descriptor)


def _number(answer: bytes) -> int:
    """Return NETNSA_NSID of an answer, -1 when it has none."""
    at = _HEAD.size + 4
    while at + 8 <= len(answer):
        size, kind = struct.unpack_from("=HH", answer, at)
        if kind == NETNSA_NSID and size == 8:
            return int(struct.unpack_from("=i", answer, at + 4)[0])
        at += max(4, (size + 3) & ~3)
    return -1
