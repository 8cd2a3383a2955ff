"""What a container is, seen from outside: the attributes of a process, and what it runs on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nslab.front.face import OfLab, OfSpace
from nslab.linux import attributes as noted
from nslab.linux import nsfs

if TYPE_CHECKING:
    from nslab.view.attributes import AttributesFigure
    from nslab.view.layers import LayersFigure


class Attributes(OfSpace):
    """What a space can tell of its own process."""

    def attributes(self) -> AttributesFigure:
        """Return what is noted of this space's process, beside the host's: namespaces, privileges, limits.

        Raises SpaceGone. Source: proc_pid_status(5), namespaces(7), capabilities(7),
        cgroups(7). Introduced in chapter 1.
        """
        from nslab.state.attributes import compare
        from nslab.view.attributes import AttributesFigure

        host = self._lab.host
        told = {space.name: space.call(noted.read) for space in (host, self)}
        return AttributesFigure(self.name, compare(self.name, host.name, told, self._lab._survey()))


class Layers(OfLab):
    """What a lab can show of what its processes run on."""

    def layers(self) -> LayersFigure:
        """Return the processes of each space on the one kernel, beside a virtual machine's layers.

        A process is a space's when all its namespaces are. Raises SpaceGone.
        Source: namespaces(7). Introduced in chapter 1.
        """
        from nslab.view.layers import LayersFigure

        self._check()
        processes, _, _ = self.host.call(nsfs.survey)
        agents = {space.pid: name for name, space in self.spaces.items()}
        homes = {tuple(own.items()): agents[pid] for pid, _, own in processes if pid in agents}
        found: dict[str, list[str]] = {name: [] for name in self.spaces}
        for pid, name, own in processes:
            home = homes.get(tuple(own.items()))
            if home and pid not in agents and not name.startswith("nslab "):
                found[home].append(f"{pid} {name}")
        return LayersFigure(found, os.uname().sysname)
