"""Wires between the spaces of a lab, and the picture of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nslab.front import shown
from nslab.front.face import OfLab
from nslab.front.networking import refusal
from nslab.front.packets import Trace
from nslab.linux import interfaces, kinds, wiring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.front.space import Space
    from nslab.lab.machine import Machine
    from nslab.state.topology import Topology
    from nslab.view.topology import TopologyFigure


SETTLING = 1.5
"""Seconds that a change may take from a port to its bridge, or from a parent to its macvlan."""


class Wiring(OfLab):
    """What a lab can do with the network namespaces of its spaces together."""

    _counted: tuple[Machine | None, int] = (None, 0)

    def veth(self, one: str, other: str) -> None:
        """Make a veth pair, a wire with an interface at each end; both begin down.

        Each end is ``space:name``. Raises KernelRefused, EEXIST for a name that is taken; SpaceGone;
        ValueError for an end without a space. Source: veth(4), ip-link(8). Introduced in chapter 8.

        For ``lab.veth("host:v1", "web:eth0")`` the command is
        ``ip link add v1 type veth peer name eth0 netns web``.
        """
        ends = [self._end(one), self._end(other)]
        if ends[1][0].name == "host":
            ends.reverse()
        (space, name), (peer_space, peer) = ends
        words = ["ip", "link", "add", name, *_netns(space), "type", "veth", "peer", "name", peer]
        self._show("host", shown.line(*words, *_netns(peer_space)))
        step = ["veth", name, self._mac(), space.pid, peer, self._mac(), peer_space.pid]
        refusal(self.host.call(wiring.do, [step]), [step])

    def topology(
        self,
        path: Sequence[tuple[str, str]] | Trace = (),
        stop: tuple[str, str, str] | None = None,
        *,
        routes: bool = False,
        fdb: bool = False,
        raw: bool = False,
    ) -> TopologyFigure:
        """Return how the network namespaces of all spaces are joined, read from the kernel now.

        *path* is a way to be lit, each hop a space and an interface, or what a ping or another packet gave;
        *stop* is where it ends: a space, an interface, and a note. *routes* and *fdb* add routing
        tables and what bridges have learnt; *raw* adds MACs and link-local addresses. Raises
        SpaceGone, and KeyError for a hop that is not there. Source: rtnetlink(7). Introduced in
        chapter 8.
        """
        from nslab.view.topology import TopologyFigure

        topology = self._topology(routes=routes)
        if isinstance(path, Trace):
            stop, path = path.end, path.places
        hops = [(topology.home(space), name) for space, name in path]
        end = (topology.home(stop[0]), stop[1], stop[2]) if stop else None
        return TopologyFigure(topology, hops, end, routes=routes, fdb=fdb, raw=raw)

    def link_kinds(self) -> dict[str, bool]:
        """Return which kinds of interface this kernel can make, each tried in a namespace of its own.

        Raises SpaceGone. Source: ip-link(8). Introduced in chapter 8.
        """
        self._check()
        found: dict[str, bool] = self.host.fork(kinds.tried)
        return found

    def _topology(self, *, routes: bool = False) -> Topology:
        from nslab.state.topology import Topology

        self._check()
        living = list(self.spaces.values())
        pids, names = [space.pid for space in living], [space.name for space in living]
        end = time.monotonic() + SETTLING
        while True:
            found = Topology.read(names, self.host.fork(interfaces.read, pids, routes=routes))
            if found.settled() or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def _end(self, end: str) -> tuple[Space, str]:
        space, colon, name = end.partition(":")
        if not colon:
            raise ValueError(f"the end of a wire is SPACE:INTERFACE, such as 'web:eth0', not {end!r}")
        return self._space(space), name

    def _mac(self) -> str:
        """Return the next MAC of this lab: locally administered, in order."""
        machine, number = self._counted
        number = number + 1 if machine is self._machine else 1
        self._counted = self._machine, number
        return (0x020000000000 + number).to_bytes(6, "big").hex(":")


def _netns(space: Space) -> list[str]:
    return [] if space.name == "host" else ["netns", space.name]
