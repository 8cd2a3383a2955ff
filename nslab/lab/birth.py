"""How a space is born: a fork of another space's agent, moved to other namespaces."""

from __future__ import annotations

import os

from nslab.linux import idmap, process
from nslab.linux import mount as m
from nslab.linux import namespaces as ns

PROPAGATION = {"private": m.MS_PRIVATE, "slave": m.MS_SLAVE, "shared": m.MS_SHARED, "unchanged": 0}
"""The words of unshare(1) and what they set on every mount of a new mount namespace."""


class Birth:
    """What a new space is to be.

    *types* are unshared; *joined* pairs a pidfd with the types taken from that
    process. *proc* mounts a proc file system of the new PID namespace.
    """

    def __init__(self, name: str, area: tuple[int, int]) -> None:
        self.name = name
        self.area = area
        self.types: list[str] = []
        self.propagation = "unchanged"
        self.joined: list[tuple[int, list[str]]] = []
        self.proc = False

    def move(self, proc: int) -> None:
        """Join and unshare, in this order. *proc* is a descriptor of the lab's proc file system.

        Raises KernelRefused, with nothing changed outside this process.
        """
        for pidfd, types in self.joined:
            ns.setns(pidfd, ns.flags(types))
            os.close(pidfd)
        uid, gid = os.geteuid(), os.getegid()
        if self.types:
            ns.unshare(ns.flags(self.types))
        if "user" in self.types:
            _map_root(proc, uid, gid)
        if "mnt" in self.types and PROPAGATION[self.propagation]:
            m.mount(None, "/", None, m.MS_REC | PROPAGATION[self.propagation])

    def needs_child(self) -> bool:
        """Return whether only a child gets there, as with a PID or a time namespace."""
        taken = [*self.types, *(name for _, types in self.joined for name in types)]
        return "pid" in taken or "time" in taken

    def settle(self) -> None:
        """Take the space's name as title, and mount /proc when asked. Raises KernelRefused."""
        process.set_title(f"nslab {self.name}", self.area)
        if self.proc:
            m.mount(None, "/proc", None, m.MS_REC | m.MS_PRIVATE)
            m.mount("proc", "/proc", "proc", m.MS_NOSUID | m.MS_NODEV | m.MS_NOEXEC)


def _map_root(proc: int, uid: int, gid: int) -> None:
    directory = os.open("self", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
    try:
        idmap.write_own(directory, uid, gid)
    finally:
        os.close(directory)
