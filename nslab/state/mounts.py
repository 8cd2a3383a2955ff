"""The mounts of several spaces side by side: same path, same row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nslab.state.mountinfo import Mount, MountinfoError, parse_mountinfo
from nslab.state.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nslab.state.tree import Place

    Machine = tuple[tuple[tuple[int, int], str, str], ...]

LAB_ROOT = ("tmpfs", "nslab")
"""Type and source of a lab's root file system, whose own furniture is folded away."""

FURNITURE = ("/usr", "/proc", "/sys", "/dev", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")


@dataclass(frozen=True, slots=True)
class Column:
    """One mount namespace: the spaces that live in it, and its tree."""

    spaces: tuple[str, ...]
    tree: Tree

    @property
    def title(self) -> str:
        """The spaces' names, as a heading."""
        return ", ".join(self.spaces)


@dataclass(frozen=True, slots=True)
class Row:
    """The mounts of one thing at one place (:meth:`Tree.place`), a mount or None for each column."""

    path: str
    place: Place
    what: str
    mounts: tuple[Mount | None, ...]

    def first(self) -> Mount:
        """Return the row's mount in the first column that has one."""
        return next(mount for mount in self.mounts if mount)


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mount tables of several spaces at one moment, as far as they are asked about.

    ``under`` is a path, or None for everything. ``machine`` says which of the
    machine's directories a lab shows, as device, root and path: what lies on
    them is called by that path on every machine. Introduced in chapter 4.
    """

    columns: tuple[Column, ...]
    under: str | None = None
    machine: Machine = ()

    @classmethod
    def read(
        cls,
        tables: Mapping[str, bytes],
        namespaces: Mapping[str, str] | None = None,
        unique: Mapping[int, int] | None = None,
        machine: Machine = (),
    ) -> Mounts:
        """Return the mounts in *tables*, mountinfo by space.

        *namespaces* names each space's mount namespace: spaces in the same one
        share a column. *unique* gives identities by mount id. Raises MountinfoError.
        """
        known = namespaces or {}
        together: dict[str, list[str]] = {}
        for space in tables:
            together.setdefault(known.get(space, f"of {space}"), []).append(space)
        trees = {names[0]: Tree(parse_mountinfo(tables[names[0]], unique)) for names in together.values()}
        _check_masters(mount for tree in trees.values() for mount in tree.mounts)
        return cls(tuple(Column(tuple(names), trees[names[0]]) for names in together.values()), None, machine)

    def below(self, path: str | None) -> Mounts:
        """Return the same tables, asked about *path* and what is below it only."""
        return replace(self, under=path.rstrip("/") or "/" if path else None)

    def of(self, spaces: Collection[str]) -> Mounts:
        """Return what *spaces* see of these mounts: their columns, without the names of others."""
        names = [tuple(name for name in column.spaces if name in spaces) for column in self.columns]
        seen = zip(self.columns, names, strict=True)
        return replace(self, columns=tuple(Column(mine, column.tree) for column, mine in seen if mine))

    def rows(self) -> tuple[Row, ...]:
        """Return the rows that are asked about, in path order, what covers behind what it covers."""
        found: dict[tuple[Place, str, tuple[int, int]], list[Mount | None]] = {}
        for number, column in enumerate(self.columns):
            for mount in self.asked(column):
                key = (column.tree.place(mount), self.what(mount), mount.device)
                found.setdefault(key, [None] * len(self.columns))[number] = mount
        return tuple(
            Row(next(mount for mount in mounts if mount).point, place, what, tuple(mounts))
            for (place, what, _), mounts in sorted(found.items(), key=lambda item: item[0])
        )

    def asked(self, column: Column) -> list[Mount]:
        """Return the mounts of *column* that are asked about, in the table's order."""
        if self.under is None:
            return [mount for mount in column.tree.mounts if not _is_furniture(mount, column.tree)]
        inside = self.under.rstrip("/") + "/"
        return [mount for mount in column.tree.mounts if f"{mount.point}/".startswith(inside)]

    def what(self, mount: Mount) -> str:
        """Return what *mount* shows, as :attr:`Mount.what`; the machine's files as ``machine:PATH``."""
        for device, root, path in self.machine:
            if mount.device == device and f"{mount.root}/".startswith(root.rstrip("/") + "/"):
                return f"machine:{path}{mount.root[len(root.rstrip('/')) :].rstrip('/')}"
        return mount.what

    def folded(self) -> int:
        """Return how many mounts of all columns are folded away, 0 when a path was asked about."""
        if self.under:
            return 0
        return sum(len(column.tree.mounts) - len(self.asked(column)) for column in self.columns)

    def groups(self) -> tuple[int, ...]:
        """Return the peer groups of the rows in order of first sight, masters without a member last."""
        seen = [mount for row in self.rows() for mount in row.mounts if mount]
        members = [mount.shared for mount in seen if mount.shared]
        masters = [group for mount in seen for group in (mount.master, mount.propagate_from) if group]
        return tuple(dict.fromkeys([*members, *masters]))

    def everything(self) -> Iterable[Mount]:
        """Yield each mount of each column, asked about or not."""
        for column in self.columns:
            yield from column.tree.mounts

    def line(self, path: str) -> Mount:
        """Return the visible mount at exactly *path*, in the first column that has one.

        Raises LookupError that lists the mount points when there is none.
        """
        for column in self.columns:
            for mount in column.tree.mounts:
                if mount.point == path and column.tree.covering(mount) is None:
                    return mount
        points = ", ".join(row.path for row in self.rows())
        raise LookupError(f"nothing is mounted at {path!r}; there are mounts at {points}")


def _check_masters(mounts: Iterable[Mount]) -> None:
    """Raise MountinfoError when a peer group hears itself through its masters."""
    masters = {mount.shared: mount.master for mount in mounts if mount.shared}
    for group in masters:
        above, seen = masters[group], {group}
        while above in masters and above not in seen:
            seen.add(above)
            above = masters[above]
        if above == group:
            raise MountinfoError(f"peer group {group} is its own master; read the tables again")


def _is_furniture(mount: Mount, tree: Tree) -> bool:
    """Return whether *mount* is part of what every lab has, and so of no interest."""
    room = tree.parent(mount)
    while room and (room.fstype, room.source) != LAB_ROOT:
        room = tree.parent(room)
    if room is None or room.root != "/":
        return False
    relative = mount.point[len(room.point.rstrip("/")) :]
    return any(relative == thing or relative.startswith(thing + "/") for thing in FURNITURE)


def machine_files(mounts: Iterable[Mount]) -> Machine:
    """Return which of the machine's directories a fresh lab's *mounts* show, deepest root first.

    These are the mounts at the furniture's paths of a file system that is not the lab's own.
    """
    own = ("tmpfs", "proc", "sysfs", "devpts")
    shown = [mount for mount in mounts if mount.fstype not in own and mount.point.startswith(FURNITURE)]
    deepest = sorted(shown, key=lambda mount: (-len(mount.root), mount.point))
    return tuple((mount.device, mount.root, mount.point) for mount in deepest)
