"""The mounts of one namespace as a tree, the path of each, and on which of them its processes stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nslab.state.mountinfo import Mount
    from nslab.state.mounts import Mounts


@dataclass(frozen=True, slots=True)
class RootRow:
    """One mount: how deep it hangs in the mount tree, what it shows, its path, and who stands on it."""

    identity: int
    depth: int
    what: str
    path: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RootTree:
    """One mount namespace at one moment, and the mounts on which its processes' directories lie.

    ``mounts`` has one column. ``stands`` gives, by space, the mount ids of the
    root and of the working directory, 0 for one that is in no table.
    Source: proc_pid_fdinfo(5), mnt_id. Introduced in chapter 2.
    """

    mounts: Mounts
    stands: Mapping[str, tuple[int, int]]

    def rows(self) -> tuple[RootRow, ...]:
        """Return the mounts that are asked about, each below the one that it is attached to."""
        (column,) = self.mounts.columns
        asked = {mount.id: mount for mount in self.mounts.asked(column)}
        ordered = sorted(asked.values(), key=column.tree.place)
        return tuple(
            RootRow(
                mount.identity,
                sum(1 for above in self._above(mount) if above.id in asked),
                self.mounts.what(mount),
                mount.point,
                tuple(self._marks(mount)),
            )
            for mount in ordered
        )

    def _above(self, mount: Mount) -> Iterator[Mount]:
        tree = self.mounts.columns[0].tree
        parent = tree.parent(mount)
        while parent:
            yield parent
            parent = tree.parent(parent)

    def _marks(self, mount: Mount) -> Iterator[str]:
        """Yield ``root`` and ``cwd`` when everybody's are here, else with the names of those whose are."""
        for place, word in enumerate(("root", "cwd")):
            here = [space for space, ids in self.stands.items() if ids[place] == mount.id]
            if here and len(here) == len(self.stands):
                yield word
            elif here:
                yield f"{word} of {', '.join(here)}"
