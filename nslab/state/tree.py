"""The tree of one mount namespace: by mount ids, since two mounts can be at one path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nslab.state.mountinfo import Mount


class Tree:
    """The mounts of one namespace by their parents, and what covers what.

    ``root`` is None for an empty table. Source: path_resolution(7),
    kernel fs/namei.c, follow_mount(). Introduced in chapter 4.
    """

    def __init__(self, mounts: tuple[Mount, ...]) -> None:
        self.mounts = mounts
        self.by_id = {mount.id: mount for mount in mounts}
        self._children: dict[int, list[Mount]] = {}
        for mount in mounts:
            if mount.parent != mount.id:
                self._children.setdefault(mount.parent, []).append(mount)
        self.root = next((mount for mount in mounts if self.parent(mount) is None), None)
        self.covered: dict[int, Mount] = {}
        if self.root:
            self._cover(self.root, None)

    def parent(self, mount: Mount) -> Mount | None:
        """Return the mount that *mount* is attached to, None for the root."""
        found = self.by_id.get(mount.parent)
        return None if found is mount else found

    def children(self, mount: Mount) -> list[Mount]:
        """Return the mounts attached to *mount*, in the table's order."""
        return self._children.get(mount.id, [])

    def level(self, mount: Mount) -> int:
        """Return how many mounts lie under *mount* at its own path."""
        below = self.parent(mount)
        return 0 if below is None or below.point != mount.point else 1 + self.level(below)

    def covering(self, mount: Mount) -> Mount | None:
        """Return the mount that keeps *mount* out of sight, None when a path leads to it."""
        return self.covered.get(mount.id)

    def _cover(self, mount: Mount, hidden_by: Mount | None) -> None:
        """Note what covers *mount* and all below it."""
        pending = [(mount, hidden_by)]
        while pending:
            at, cover = pending.pop()
            above = self._on_root(at)
            if cover or above:
                self.covered[at.id] = cover or above  # type: ignore[assignment]
            reached: list[Mount] = []
            for child in sorted(self.children(at), key=lambda one: len(one.point)):
                inside = next((other for other in reached if child.point.startswith(other.point.rstrip("/") + "/")), None)
                by_stack = above if child is not above else None
                pending.append((child, cover or by_stack or inside))
                reached.append(child)

    def _on_root(self, mount: Mount) -> Mount | None:
        return next((child for child in self.children(mount) if child.point == mount.point), None)
