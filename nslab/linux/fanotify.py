"""The kernel's notifications of mounts: what was attached and detached, as it happens."""

from __future__ import annotations

import os
import struct

from nslab.linux import libc
from nslab.linux.refusal import KernelRefused

FAN_REPORT_MNT = 0x4000
FAN_NONBLOCK = 0x2
FAN_CLOEXEC = 0x1
FAN_MARK_ADD = 0x1
FAN_MARK_MNTNS = 0x110
FAN_MNT_ATTACH = 0x01000000
FAN_MNT_DETACH = 0x02000000
FAN_EVENT_INFO_TYPE_MNT = 7

_EVENT = struct.Struct("=IBBHQii")
_INFO = struct.Struct("=BBHxxxxQ")

_init = libc.function("fanotify_init", libc.UInt, libc.UInt)
_mark = libc.function("fanotify_mark", libc.Int, libc.UInt, libc.ULong, libc.Int, libc.Text)


def watch(namespace: int) -> int | None:
    """Return a descriptor on which the mount events of a mount namespace queue up.

    *namespace* is a descriptor of it. None where the kernel has no such
    notifications (before Linux 6.15) or refuses them.
    Source: fanotify_init(2), FAN_REPORT_MNT; fanotify_mark(2), FAN_MARK_MNTNS. Introduced in chapter 4.
    """
    flags = FAN_REPORT_MNT | FAN_NONBLOCK | FAN_CLOEXEC
    try:
        queue = libc.call("fanotify_init", _init, (flags, 0), shown="FAN_REPORT_MNT, 0")
    except KernelRefused:
        return None
    mask = FAN_MNT_ATTACH | FAN_MNT_DETACH
    try:
        arguments = (queue, FAN_MARK_ADD | FAN_MARK_MNTNS, mask, namespace, None)
        libc.call("fanotify_mark", _mark, arguments, shown="FAN_MARK_MNTNS")
    except KernelRefused:
        os.close(queue)
        return None
    return queue


def events(queue: int) -> list[tuple[str, int]]:
    """Return the events on *queue* in their order: attached or detached, and the mount's unique id.

    Source: fanotify(7), struct fanotify_event_info_mnt.
    """
    found: list[tuple[str, int]] = []
    while True:
        try:
            data = os.read(queue, 1 << 16)
        except BlockingIOError:
            return found
        found.extend(_parsed(data))


def _parsed(data: bytes) -> list[tuple[str, int]]:
    found = []
    at = 0
    while at + _EVENT.size <= len(data):
        length, _, _, head, mask, _, _ = _EVENT.unpack_from(data, at)
        kind, _, _, mount = _INFO.unpack_from(data, at + head)
        if kind == FAN_EVENT_INFO_TYPE_MNT:
            found += [("attached", mount)] if mask & FAN_MNT_ATTACH else []
            found += [("detached", mount)] if mask & FAN_MNT_DETACH else []
        at += length
    return found
