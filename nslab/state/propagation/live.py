"""A state from what the kernel shows: the mountinfo of several spaces at one moment.

mountinfo does not say which mounts are locked, nor what directories there are. Locks are the
caller's to tell, or to carry on from a state that is known; paths are told with ``know``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.mountinfo import MountinfoError, parse_mountinfo
from nslab.state.propagation import flags
from nslab.state.propagation.build import MOUNT_MAX, empty
from nslab.state.propagation.draft import Draft
from nslab.state.propagation.refused import NotUnderstood
from nslab.state.propagation.sound import check
from nslab.state.propagation.table import (
    FileSystem,
    Mount,
    Namespace,
    Open,
    Place,
    Space,
    State,
    relative,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nslab.state import mountinfo
    from nslab.state.propagation.kernel import Kernel

    Table = tuple[mountinfo.Mount, ...]


def from_tables(
    tables: Mapping[str, bytes],
    namespaces: Mapping[str, str] | None = None,
    owners: Mapping[str, str] | None = None,
    locked: Collection[int] = (),
    *,
    users: Mapping[str, str] | None = None,
    others: Mapping[str, Mapping[str, str]] | None = None,
    locks: Mapping[int, str] | None = None,
    kernel: Kernel | None = None,
    limit: int = MOUNT_MAX,
    roots: Mapping[str, tuple[int, str]] | None = None,
) -> State:
    r"""Return the state that the mountinfo of several spaces, read at one moment, shows.

    *namespaces* names each space's mount namespace, by default one of its own; *owners* names the user
    namespace that owns it, by default the same for all: others count as its children. *users* names the
    user namespace that each space is in, by default that owner, and *others* those that own its pid, net,
    ipc and cgroup namespaces, by default the same for all. *locked* are the
    ids of mounts that are known to be locked; *locks* gives, by id, the options that a mount had when it
    came into a less privileged user namespace, which locked them. *roots* gives the root of a space that
    is no mount point, as a mount id and a path in its file system.
    Raises MountinfoError for a table that makes no sense, NotUnderstood for spaces that do not fit together.

    >>> state = from_tables({"host": b"2 1 0:5 / / rw,relatime shared:7 - tmpfs root rw\n"})
    >>> state.mounts[2].propagation
    'shared'
    """
    reader = _Reader(Draft(empty(kernel, limit=limit)), frozenset(locked), locks or {})
    parsed = {space: parse_mountinfo(table) for space, table in tables.items()}
    named = {space: (namespaces or {}).get(space, f"of {space}") for space in tables}
    check(parsed, named)
    reader.draft.last = reader.largest(parsed.values())
    owned = {space: (owners or {}).get(space, "") for space in tables}
    for ns in dict.fromkeys(named.values()):
        members = [space for space in tables if named[space] == ns]
        reader.read_namespace({space: parsed[space] for space in members}, owned[members[0]], roots or {})
    reader.settle(users or {}, others or {})
    return reader.finish()


class _Reader:
    def __init__(self, draft: Draft, locked: frozenset[int], locks: Mapping[int, str]) -> None:
        self.draft = draft
        self._locked, self._locks = locked, locks
        self._filesystems: dict[tuple[int, int], int] = {}
        self._users: dict[str, int] = {"": 0}
        self._above: dict[int, int] = {}

    def largest(self, tables: Iterable[Table]) -> int:
        """Return the largest number in the tables: new ones start behind it."""
        return max(
            (max(one.id, one.parent, one.shared, one.master) for table in tables for one in table), default=0
        )

    def read_namespace(
        self, tables: dict[str, Table], owner: str, roots: Mapping[str, tuple[int, str]]
    ) -> None:
        """Add a mount namespace from the tables of those in it, who may each see another part of it."""
        user, ns = self._user(owner), self.draft.new_id()
        places: dict[int, Place | None] = {}
        for space, table in tables.items():
            root = Place(*roots[space]) if space in roots else _root(space, table)
            self.draft.put_space(Space(space, ns, user, root, root))
            seen = {one.id: (one.point, one.root) for one in table} | {root.mount: ("/", root.path)}
            for one in table:
                places[one.id] = places.get(one.id) or _place(one, seen)
        self._add({one.id: one for table in tables.values() for one in table}, places, ns, user)
        for space in tables:
            self._keep_root(self.draft.spaces[space].root, ns)

    def settle(self, users: Mapping[str, str], others: Mapping[str, Mapping[str, str]]) -> None:
        """Put each space into its own user namespace, and note who owns its other namespaces."""
        for name, space in self.draft.spaces.items():
            user = self._user(users[name]) if name in users else space.user
            owners = tuple((kind, self._user(owner)) for kind, owner in others.get(name, {}).items())
            self.draft.put_space(space._replace(user=user, owners=owners))

    def finish(self) -> State:
        """Return the state that was read."""
        groups = self.draft.groups
        self.draft.above = {group: above for group, above in self._above.items() if group not in groups}
        return self.draft.done()

    def _add(
        self, mounts: dict[int, mountinfo.Mount], places: Mapping[int, Place | None], ns: int, user: int
    ) -> None:
        first = next((one.id for one in mounts.values() if one.parent == one.id), 0)
        hidden = 0 if first else self._hidden(ns)
        self.draft.put_namespace(Namespace(ns, user, first or hidden, len(mounts) + bool(hidden)))
        taken = False
        for one in mounts.values():
            place = places[one.id]
            if place is None and one.id != first:
                place = Place(hidden or first, f"/mount {one.id}" if taken else "/")
                taken = True
            self.draft.add(self._mount(one, place or Place(0, "/"), ns))

    def _mount(self, one: mountinfo.Mount, place: Place, ns: int) -> Mount:
        if one.propagate_from:
            self._above[one.master] = one.propagate_from
        locks = flags.locks(flags.read(self._locks[one.id])) if one.id in self._locks else 0
        made = Mount(
            one.id, ns, *place, self._filesystem(one), one.root, one.shared, one.master, one.unbindable
        )
        return made._replace(locked=one.id in self._locked, flags=flags.read(one.options), locks=locks)

    def _hidden(self, ns: int) -> int:
        """Add the mount below the root that mountinfo does not show; it is private on every known machine."""
        mount, fs = self.draft.new_id(), self.draft.new_id()
        self.draft.put_filesystem(FileSystem(fs, "rootfs", "(hidden)", {"/": "dir"}, complete=False))
        self.draft.add(Mount(mount, ns, 0, "/", fs, "/"))
        return mount

    def _keep_root(self, root: Place, ns: int) -> None:
        """Add the mount that a space stands on, when it is too high up for any table to show it."""
        if root.mount not in self.draft.mounts:
            hidden, fs = self.draft.namespaces[ns].root, self.draft.new_id()
            self.draft.put_filesystem(FileSystem(fs, "unknown", "(hidden)", {"/": "dir"}, complete=False))
            self.draft.add(Mount(root.mount, ns, hidden, f"/mount {root.mount}", fs, "/"))

    def _filesystem(self, one: mountinfo.Mount) -> int:
        if one.device not in self._filesystems:
            self._filesystems[one.device] = fs = self.draft.new_id()
            read_only = one.super_options.startswith("ro")
            new = FileSystem(fs, one.fstype, one.source, {"/": "dir"}, False, read_only, 0, one.device)
            self.draft.put_filesystem(new)
        return self._filesystems[one.device]

    def _user(self, name: str) -> int:
        if name not in self._users:
            self._users[name] = self.draft.new_id()
            self.draft.users = {**self.draft.users, self._users[name]: 0}
        return self._users[name]


def _root(space: str, table: Table) -> Place:
    """Return where a space's root is: the mount at ``/`` whose parent it does not see."""
    shown = {one.id for one in table}
    for one in table:
        if one.point == "/" and (one.parent not in shown or one.parent == one.id):
            return Place(one.id, one.root)
    raise NotUnderstood(f"the root of space {space!r} is no mount point; say with roots= where it is")


def _place(one: mountinfo.Mount, seen: Mapping[int, tuple[str, str]]) -> Place | None:
    """Return what *one* covers, as a path in the file system of its parent, None if that is out of sight."""
    if one.parent not in seen or one.parent == one.id:
        return None
    point, root = seen[one.parent]
    if not within(one.point, point):
        above = f"its parent {one.parent} at {point!r}"
        raise MountinfoError(f"mount {one.id} at {one.point!r} is not below {above}")
    return Place(one.parent, f"{root.rstrip('/')}{relative(one.point, point)}" or "/")


def carry(live: State, known: State) -> State:
    """Return *live* with what mountinfo does not tell, taken from *known*, a state of the same moment.

    That is: locks, owners of namespaces and file systems, paths, what is held open. *known* is the
    model's own answer to the operations since the last reading. Mounts are matched by their places;
    raises NotUnderstood that names the first one that only one of the two has.
    """
    draft = Draft(live)
    filesystems: dict[int, int] = {}
    pairs: dict[int, int] = {}
    for name, space in live.spaces.items():
        if name not in known.spaces:
            raise NotUnderstood(f"the model knows no space {name!r}")
        _pair(live, known, space.root.mount, known.spaces[name].root.mount, pairs)
    for mine, other in pairs.items():
        found = known.mounts[other]
        draft.edit(mine, locked=found.locked, locks=found.locks)
        filesystems[live.mounts[mine].fs] = found.fs
    for mine, other in filesystems.items():
        old = known.filesystems[other]
        told = draft.filesystems[mine]._replace(paths=old.paths, complete=old.complete, user=old.user)
        draft.put_filesystem(told)
    draft.users, draft.initial = known.users, known.initial
    _carry_spaces(draft, known, {other: mine for mine, other in pairs.items()})
    return draft.done()


def _carry_spaces(draft: Draft, known: State, back: dict[int, int]) -> None:
    for name, space in draft.spaces.items():
        old = known.spaces[name]
        cwd = Place(back.get(old.cwd.mount, space.cwd.mount), old.cwd.path)
        draft.put_space(space._replace(user=old.user, capable=old.capable, owners=old.owners, cwd=cwd))
        owner = known.namespaces[old.ns].owner
        draft.put_namespace(draft.namespaces[space.ns]._replace(owner=owner))
    held = {label: (back[one.mount], one.path) for label, one in known.holds.items() if one.mount in back}
    draft.holds = {label: Open(mount, draft.mounts[mount].fs, path) for label, (mount, path) in held.items()}


def _pair(live: State, known: State, mine: int, other: int, pairs: dict[int, int]) -> None:
    pending = [(mine, other)]
    while pending:
        mine, other = pending.pop()
        if mine in pairs:
            continue
        pairs[mine] = other
        ours, theirs = live.children.get(mine, {}), known.children.get(other, {})
        if ours.keys() != theirs.keys():
            odd = next(iter(ours.keys() ^ theirs.keys()))
            where = f"{odd!r} of {live.path(mine)!r}"
            raise NotUnderstood(f"only one of the kernel and the model has a mount on {where}")
        pending.extend((ours[point], theirs[point]) for point in ours)
