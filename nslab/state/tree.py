"""The tree of one mount namespace: by mount ids, since two mounts can be at one path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nslab.state.mountinfo import Mount

    Place = tuple[tuple[str, int], ...]


class Tree:
    """The mounts of one namespace by their parents, and what covers what.

    ``mounts`` is the table, ``roots`` those whose parent is not in it: one, or
    several where the reader's root directory is no mount. ``root`` is the first
    of them, None for an empty table. Source: path_resolution(7), kernel
    fs/namei.c, traverse_mounts(). Introduced in chapter 4.
    """

    def __init__(self, mounts: tuple[Mount, ...]) -> None:
        self.mounts = mounts
        self.by_id = {mount.id: mount for mount in mounts}
        self._children: dict[int, list[Mount]] = {}
        for mount in mounts:
            if mount.parent != mount.id:
                self._children.setdefault(mount.parent, []).append(mount)
        self.roots = tuple([mount for mount in mounts if self.parent(mount) is None])
        self.root = self.roots[0] if self.roots else None
        self._places: dict[int, Place] = {}
        self._covers: dict[int, Mount] = {}
        for mount, cover in self._seen_from_the_root():
            if cover:
                self._covers[mount.id] = cover

    def parent(self, mount: Mount) -> Mount | None:
        """Return the mount that *mount* is attached to, None for the root."""
        return None if mount.parent == mount.id else self.by_id.get(mount.parent)

    def children(self, mount: Mount) -> list[Mount]:
        """Return the mounts attached to *mount*, in the table's order."""
        return self._children.get(mount.id, [])

    def place(self, mount: Mount) -> Place:
        """Return where *mount* is, each part of its path with its floor: how many mounts lie under it there.

        The path starts with ``""``. Mounts at one path are told apart by it, and
        so are those below them; in its order, a mount stands behind what it covers.
        """
        return self._places[mount.id]

    def covering(self, mount: Mount) -> Mount | None:
        """Return the mount that keeps *mount* out of sight, None when a path leads to it.

        A process goes on standing on its root when something is mounted on that:
        it is then the root which keeps the newer mount out of sight.
        """
        return self._covers.get(mount.id)

    def _seen_from_the_root(self) -> Iterator[tuple[Mount, Mount | None]]:
        """Yield every mount, parents first, and what covers it; note the places on the way."""
        siblings = {mount.point: mount for mount in self.roots}
        pending = [
            (mount, _inside((("", 0),), mount.point), _nearest(mount, siblings)) for mount in self.roots
        ]
        while pending:
            mount, place, cover = pending.pop()
            self._places[mount.id] = place
            children = self.children(mount)
            there = {child.point: child for child in children}
            on_top = there.pop(mount.point, None)
            stays = mount if self._is_a_root_to_stand_on(mount) else None
            yield mount, cover or (None if stays else on_top)
            for child in children:
                if child is on_top:
                    pending.append((child, _upstairs(place), cover or stays))
                else:
                    hidden_by = cover or (None if stays else on_top) or _nearest(child, there)
                    pending.append((child, _inside(place, child.point[len(mount.point) :]), hidden_by))

    def _is_a_root_to_stand_on(self, mount: Mount) -> bool:
        return mount.point == "/" and self.roots == (mount,)


def _inside(place: Place, path: str) -> Place:
    """Return the place at the end of *path*, on the ground floor, seen from *place*."""
    return (*place, *[(part, 0) for part in path.split("/") if part])


def _upstairs(place: Place) -> Place:
    name, floor = place[-1]
    return (*place[:-1], (name, floor + 1))


def _nearest(mount: Mount, siblings: dict[str, Mount]) -> Mount | None:
    """Return the one of *siblings*, by mount point, on whose way to *mount* a path ends up, or None."""
    at = mount.point.find("/", 1)
    while at > 0:
        if found := siblings.get(mount.point[:at]):
            return found
        at = mount.point.find("/", at + 1)
    return None
