"""Where the spaces of a lab stand: roots and working directories, as the host sees them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nslab.front.face import OfLab, OfSpace

if TYPE_CHECKING:
    from nslab.view.root_tree import RootTreeFigure
    from nslab.view.standing import StandingFigure


class Roots(OfLab):
    """What a lab can show of roots and working directories."""

    def roots(self) -> StandingFigure:
        """Return each space's root and working directory, as paths of the host, read from the kernel now.

        A space in another mount namespace has no path of the host. Raises SpaceGone.
        Source: proc_pid_root(5), proc_pid_cwd(5). Introduced in chapter 2.
        """
        from nslab.state.standing import Standing
        from nslab.view.standing import StandingFigure

        self._check()
        pids = {name: space.pid for name, space in self.spaces.items()}
        found = self.host.call(_links, pids)
        return StandingFigure(tuple(Standing(name, *places) for name, places in found.items()))


class Rooted(OfSpace):
    """What a space can show of its own root."""

    def root_tree(self) -> RootTreeFigure:
        """Return the mount tree here with the path of each mount, and who stands on which; read now.

        ``before.to(after)`` sets two moments side by side. Raises SpaceGone.
        Source: proc_pid_mountinfo(5), mnt_id in proc_pid_fdinfo(5). Introduced in chapter 2.
        """
        from nslab.state.root_tree import RootTree
        from nslab.view.root_tree import RootTreeFigure

        read = self._lab._read(list(self._lab.spaces.values()))
        (column,) = [column for column in read.columns if self.name in column.spaces]
        pids = {name: self._lab.spaces[name].pid for name in column.spaces}
        stands = {name: (root, cwd) for name, (root, cwd) in self._lab.host.call(_stands, pids).items()}
        return RootTreeFigure(RootTree(read.of(column.spaces), stands))


def _stands(pids: dict[str, int]) -> dict[str, list[int]]:
    """Return for each name the ids of the mounts on which a process's root and working directory lie."""
    return {
        name: [_mount_id(f"/proc/{pid}/{link}") for link in ("root", "cwd")] for name, pid in pids.items()
    }


def _mount_id(path: str) -> int:
    directory = os.open(path, os.O_PATH)
    try:
        said = Path(f"/proc/self/fdinfo/{directory}").read_text(encoding="ascii")
    finally:
        os.close(directory)
    return next(int(line.split()[1]) for line in said.splitlines() if line.startswith("mnt_id:"))


def _links(pids: dict[str, int]) -> dict[str, list[str | None]]:
    """Return where each process's root and working directory are; None in another mount namespace."""
    mine = Path("/proc/self/ns/mnt").readlink()
    found: dict[str, list[str | None]] = {}
    for name, pid in pids.items():
        if Path(f"/proc/{pid}/ns/mnt").readlink() == mine:
            found[name] = [str(Path(f"/proc/{pid}/{link}").readlink()) for link in ("root", "cwd")]
        else:
            found[name] = [None, None]
    return found
