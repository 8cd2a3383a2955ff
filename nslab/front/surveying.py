"""Listening in every network namespace of a lab, and reading what is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nslab.linux import interfaces, packets
from nslab.linux.refusal import KernelRefused
from nslab.state.surroundings import World
from nslab.state.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from nslab.front.lab import Lab
    from nslab.front.space import Space


class Survey:
    """The network namespaces of a lab, each by the name of the first space in it."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._labels: dict[int, str] = {}
        self._inodes: dict[str, int] = {}
        for space in lab.spaces.values():
            inode = self._inodes[space.name] = space.call(packets.namespace)
            self._labels.setdefault(inode, space.name)

    def label(self, space: Space) -> str:
        """Return the name by which the network namespace of *space* goes."""
        return self._labels[self._inodes[space.name]]

    @property
    def spaces(self) -> list[Space]:
        """One space for each network namespace."""
        return [self._lab.spaces[name] for name in self._labels.values()]

    def heard(
        self, send: Callable[[], tuple[int, int]]
    ) -> tuple[list[tuple[str, tuple[int, str, int, bytes]]], tuple[int, int]]:
        """Do *send* while every interface is listened to; return what was heard, and what it returned."""
        listening = [space for space in self.spaces if _listens(space)]
        try:
            sent = send()
        finally:
            frames = [(space.name, frame) for space in listening for frame in space.call(packets.heard)]
        return frames, sent

    def world(self, names: Collection[str] | None = None) -> World:
        """Return the state of every network namespace as it is now, with its packet filter's rules.

        With *names*, of those that are called so, and without rules.
        """
        pids = [space.pid for space in self.spaces]
        labels = [space.name for space in self.spaces]
        world = Topology.read(labels, self._lab.host.fork(interfaces.read, pids, routes=True)).world
        if names is not None:
            return World({name: each for name, each in world.namespaces.items() if name in names})
        told = {space.name: quietly(space, "nft list ruleset") for space in self.spaces}
        found = {name: replace(each, rules=told[name]) for name, each in world.namespaces.items()}
        return World(found)


def _listens(space: Space) -> bool:
    """Begin to listen in *space*; False where it may not, as in a namespace that belongs to others."""
    try:
        space.call(packets.listen)
    except KernelRefused:
        return False
    return True


def quietly(space: Any, command: str) -> str:
    """Run *command* in *space* without a word to those who watch; return its output."""
    lab = space._lab
    watches, lab._watches = lab._watches, []
    try:
        return str(space.run(command).output)
    except KernelRefused:
        return ""
    finally:
        lab._watches = watches
