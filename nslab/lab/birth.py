"""How a space is born: a fork of another space's agent, moved to other namespaces."""

from __future__ import annotations

import os

from nslab.lab import mapping
from nslab.linux import idmap, process
from nslab.linux import mount as m
from nslab.linux import namespaces as ns
from nslab.linux.refusal import KernelRefused

PROPAGATION = {"private": m.MS_PRIVATE, "slave": m.MS_SLAVE, "shared": m.MS_SHARED, "unchanged": 0}
"""The words of unshare(1) and what they set on every mount of a new mount namespace."""


class Birth:
    """What a new space is to be.

    *types* are unshared; *joined* pairs a pidfd with the types taken from that
    process, *entered* a path with the type of the namespace that is kept there.
    *offsets* are seconds by clock for a new time namespace, *maps* what is written to
    uid_map, gid_map and setgroups of a new user namespace. *proc* mounts a proc
    file system of the new PID namespace.
    """

    def __init__(self, name: str, area: tuple[int, int]) -> None:
        self.name = name
        self.area = area
        self.types: list[str] = []
        self.propagation = "unchanged"
        self.joined: list[tuple[int, list[str]]] = []
        self.entered: list[tuple[str, str]] = []
        self.offsets: dict[str, int] = {}
        self.maps: dict[str, str] | None = None
        self.proc = False

    def move(self, proc: int) -> None:
        """Join and unshare, in this order. *proc* is a descriptor of the lab's proc file system.

        Raises KernelRefused, with nothing changed outside this process.
        """
        for pidfd, types in self.joined:
            _join(pidfd, types, "pidfd")
            os.close(pidfd)
        for path, kind in self.entered:
            _enter(path, kind)
        self._unshare(proc)
        if self.offsets:
            _set_clocks(proc, self.offsets)
        if "mnt" in self.types and PROPAGATION[self.propagation]:
            m.mount(None, "/", None, m.MS_REC | PROPAGATION[self.propagation])

    def _unshare(self, proc: int) -> None:
        uid, gid = os.geteuid(), os.getegid()
        writer = None if self.maps is None else mapping.Writer(proc, self.maps)
        try:
            if self.types:
                ns.unshare(ns.flags(self.types))
        except KernelRefused:
            if writer:
                writer.end()
            raise
        if writer:
            writer.write()
            mapping.become_root()
        elif "user" in self.types:
            _map_root(proc, uid, gid)

    def needs_child(self) -> bool:
        """Return whether only a child gets there, as with a PID or a time namespace."""
        taken = [*self.types, *(name for _, types in self.joined for name in types)]
        taken += [kind for _, kind in self.entered]
        return "pid" in taken or "time" in taken

    def settle(self) -> None:
        """Take the space's name as title, and mount /proc when asked. Raises KernelRefused."""
        process.set_title(f"nslab {self.name}", self.area)
        if self.proc:
            m.mount(None, "/proc", None, m.MS_REC | m.MS_PRIVATE)
            m.mount("proc", "/proc", "proc", m.MS_NOSUID | m.MS_NODEV | m.MS_NOEXEC)


def _enter(path: str, kind: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "open", repr(path)) from None
    try:
        _join(descriptor, [kind], repr(path))
    finally:
        os.close(descriptor)


def _join(descriptor: int, types: list[str], called: str) -> None:
    """Join what *descriptor* stands for; a refusal calls it as a person would, not by its number."""
    try:
        ns.setns(descriptor, ns.flags(types))
    except KernelRefused as refused:
        shown = refused.arguments.replace(f"{descriptor}, ", f"{called}, ", 1)
        raise KernelRefused(refused.errno or 0, refused.call, shown) from None


def _set_clocks(proc: int, offsets: dict[str, int]) -> None:
    """Set what a time namespace adds to the clocks, while it has no process yet."""
    lines = "".join(f"{clock} {seconds} 0\n" for clock, seconds in offsets.items())
    file = os.open("self/timens_offsets", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        os.write(file, lines.encode())
    except OSError as error:
        raise KernelRefused(error.errno or 0, "write", f"/proc/self/timens_offsets, {lines!r}") from None
    finally:
        os.close(file)


def _map_root(proc: int, uid: int, gid: int) -> None:
    directory = os.open("self", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
    try:
        idmap.write_own(directory, uid, gid)
    finally:
        os.close(directory)
