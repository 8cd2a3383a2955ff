"""What the kernel knows about mounts: one moment, as data that can be read but not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nslab.state.propagation.kernel import Kernel


class Mount(NamedTuple):
    """One mount: where it is attached, what it shows, what it hears and who hears it.

    ``parent`` is 0 for the root of a namespace. ``point`` is the directory it covers, as a path in the
    parent's file system, and ``root`` the directory it shows, as a path in its own. ``group`` and
    ``master`` are 0 for none. ``locks`` are the locked bits of ``flags``. Introduced in chapter 4.
    """

    id: int
    ns: int
    parent: int
    point: str
    fs: int
    root: str
    group: int = 0
    master: int = 0
    unbindable: bool = False
    locked: bool = False
    flags: int = 0
    locks: int = 0

    @property
    def propagation(self) -> str:
        """The propagation type: shared, slave, shared+slave, private or unbindable."""
        if self.group:
            return "shared+slave" if self.master else "shared"
        return "slave" if self.master else "unbindable" if self.unbindable else "private"


class FileSystem(NamedTuple):
    """A superblock: its type and name, and the paths it holds, each ``dir`` or ``file``.

    Unless ``complete``, a path that is not listed may exist all the same. ``device`` is the kernel's
    number where it came from a kernel. ``user`` is the user namespace it was mounted in.
    """

    id: int
    fstype: str
    name: str
    paths: Mapping[str, str]
    complete: bool = True
    read_only: bool = False
    user: int = 0
    device: tuple[int, int] = (0, 0)


class Namespace(NamedTuple):
    """A mount namespace: the user namespace that owns it, its root mount, and how many mounts it holds."""

    id: int
    owner: int
    root: int
    size: int


class Place(NamedTuple):
    """Where a path leads: a mount, and a path in that mount's file system."""

    mount: int
    path: str


class Open(NamedTuple):
    """Something that is kept open: on which mount, in which file system, by which path in that."""

    mount: int
    fs: int
    path: str


class Space(NamedTuple):
    """A process as far as mounts are concerned: its namespaces, root and working directory.

    ``capable`` says whether it has all capabilities in its user namespace. ``owners`` names the user
    namespaces that own its pid, net, ipc and cgroup namespaces, where that is not user namespace 0.
    """

    name: str
    ns: int
    user: int
    root: Place
    cwd: Place
    capable: bool = True
    owners: tuple[tuple[str, int], ...] = ()

    def owner_of(self, kind: str) -> int:
        """Return the user namespace that owns the space's namespace of *kind*, such as ``net``."""
        return dict(self.owners).get(kind, 0)


class Table:
    """The mounts of all namespaces at one moment, with the indexes that the rules need.

    Every mapping is to be read only; :class:`State` is never changed once made, and
    :class:`~nslab.state.propagation.draft.Draft` is the one that can be.
    """

    __slots__ = (
        "above",
        "children",
        "filesystems",
        "groups",
        "holds",
        "initial",
        "kernel",
        "last",
        "limit",
        "mounts",
        "namespaces",
        "slaves",
        "spaces",
        "users",
    )

    kernel: Kernel
    limit: int
    initial: bool
    last: int
    mounts: dict[int, Mount]
    children: dict[int, dict[str, int]]
    groups: dict[int, dict[int, None]]
    slaves: dict[int, dict[int, None]]
    above: dict[int, int]
    filesystems: dict[int, FileSystem]
    namespaces: dict[int, Namespace]
    users: dict[int, int]
    spaces: dict[str, Space]
    holds: dict[str, Open]

    def child(self, mount: int, path: str) -> int:
        """Return the mount that covers *path* of *mount*'s file system there, 0 for none."""
        inside = self.children.get(mount)
        return inside.get(path, 0) if inside else 0

    def cover(self, mount: int) -> int:
        """Return the mount on the root of *mount*, which hides all of it, 0 for none."""
        return self.child(mount, self.mounts[mount].root)

    def top(self, mount: int) -> int:
        """Return the uppermost of the mounts stacked on the root of *mount*."""
        while above := self.cover(mount):
            mount = above
        return mount

    def subtree(self, mount: int) -> list[int]:
        """Return *mount* and all mounts below it, parents before children."""
        found = [mount]
        for one in found:
            inside = self.children.get(one)
            if inside:
                found.extend(inside.values())
        return found

    def inside(self, mount: int, path: str) -> list[int]:
        """Return the mounts attached to *mount* at or below *path*."""
        return [child for point, child in self.children.get(mount, {}).items() if within(point, path)]

    def members(self, group: int) -> list[int]:
        """Return the mounts in a peer group."""
        return list(self.groups.get(group, ()))

    def hearers(self, group: int) -> list[list[int]]:
        """Return those who are slaves of *group*: each a single mount, or all the peers of one group."""
        units: dict[int, list[int]] = {}
        for slave in self.slaves.get(group, ()):
            units.setdefault(self.mounts[slave].group or -slave, []).append(slave)
        return list(units.values())

    def receivers(self, mount: int) -> list[int]:
        """Return every mount that an event on *mount* propagates to, itself left out."""
        own = self.mounts[mount].group
        if not own:
            return []
        found = [peer for peer in self.groups[own] if peer != mount]
        pending, known = [own], {own}
        while pending:
            for slave in self.slaves.get(pending.pop(), ()):
                group = self.mounts[slave].group
                found.append(slave)
                if group and group not in known:
                    known.add(group)
                    pending.append(group)
        return [*dict.fromkeys(one for one in found if one != mount)]

    def master_of(self, group: int) -> int:
        """Return the group that *group* hears, 0 for none."""
        member = next(iter(self.groups.get(group, ())), 0)
        return self.mounts[member].master if member else self.above.get(group, 0)

    def reachable(self, mount: int, path: str, root: Place) -> bool:
        """Return whether (*mount*, *path*) lies at or below *root*. Source: kernel is_path_reachable()."""
        while mount != root.mount:
            found = self.mounts[mount]
            if not found.parent:
                return False
            mount, path = found.parent, found.point
        return within(path, root.path)

    def path(self, mount: int, root: Place | None = None) -> str:
        """Return the path of *mount*'s own root, as seen from *root* or else from its namespace's root."""
        parts: list[str] = []
        while not (root and mount == root.mount):
            found = self.mounts[mount]
            if not found.parent:
                break
            parent = self.mounts[found.parent]
            base = root.path if root and root.mount == parent.id else parent.root
            parts.append(relative(found.point, base))
            mount = found.parent
        return "".join(reversed(parts)) or "/"

    def seen_by(self, name: str) -> list[int]:
        """Return the mounts that the space *name* has in its mountinfo, parents before children."""
        root = self.spaces[name].root
        if root.mount not in self.mounts:
            return []
        below = [one for child in self.inside(*root) for one in self.subtree(child)]
        return [root.mount, *below] if self.mounts[root.mount].root == root.path else below

    def propagate_from(self, mount: int, name: str) -> int:
        """Return the group that mountinfo, read in space *name*, shows as ``propagate_from`` of *mount*.

        0 when it shows none. Source: proc_pid_mountinfo(5); kernel fs/pnode.c, get_dominating_id().
        """
        found, root = self.mounts[mount], self.spaces[name].root
        group = found.master
        while group:
            if any(self._is_near(member, found.ns, root) for member in self.groups.get(group, ())):
                return 0 if group == found.master else group
            group = self.master_of(group)
        return 0

    def _is_near(self, mount: int, ns: int, root: Place) -> bool:
        found = self.mounts[mount]
        return found.ns == ns and self.reachable(mount, found.root, root)

    def is_admin(self, space: Space, user: int) -> bool:
        """Return whether *space* has all capabilities in the user namespace *user*."""
        return space.capable and space.user in self.lineage(user)

    def lineage(self, user: int) -> Iterator[int]:
        """Yield *user* and the user namespaces it lies in, inmost first."""
        while user in self.users:
            yield user
            user = self.users[user]

    def stands_on(self, fs: int, path: str) -> bool:
        """Return whether anything still shows or uses the directory *path* of the file system *fs*."""
        if any(one.fs == fs and one.root == path for one in self.mounts.values()):
            return True
        if any((one.fs, one.path) == (fs, path) for one in self.holds.values()):
            return True
        places = (place for space in self.spaces.values() for place in (space.root, space.cwd))
        return any(
            place.path == path and self.mounts[place.mount].fs == fs
            for place in places
            if place.mount in self.mounts
        )

    def users_of(self, mount: int) -> list[str]:
        """Return who keeps *mount* busy: spaces by their root or working directory, and open files."""
        spaces = [
            space.name for space in self.spaces.values() if mount in (space.root.mount, space.cwd.mount)
        ]
        return spaces + [f"open file {name}" for name, place in self.holds.items() if place.mount == mount]


class State(Table):
    """The mounts of all namespaces at one moment; never changed once made. Introduced in chapter 4."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<State: {len(self.mounts)} mounts in {len(self.namespaces)} mount namespaces>"


def within(path: str, directory: str) -> bool:
    """Return whether *path* is *directory* or lies below it.

    >>> within("/a/b", "/a"), within("/ab", "/a"), within("/a", "/")
    (True, False, True)
    """
    if path == directory or directory == "/":
        return True
    return path.startswith(directory) and path[len(directory)] == "/"


def relative(path: str, directory: str) -> str:
    """Return *path* as seen from *directory*, which it lies in; empty for the directory itself.

    >>> relative("/a/b", "/a"), relative("/a", "/"), relative("/a", "/a")
    ('/b', '/a', '')
    """
    return path[len(directory.rstrip("/")) :] if path != directory else ""
