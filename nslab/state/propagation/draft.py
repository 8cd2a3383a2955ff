"""A table of mounts that can be changed: what an operation works on before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nslab.state.propagation.table import Mount, State, Table

if TYPE_CHECKING:
    from nslab.state.propagation.events import Event
    from nslab.state.propagation.table import FileSystem, Namespace, Space

    Inner = TypeVar("Inner", dict[str, int], dict[int, None])


class Draft(Table):
    """A copy of a state, to be changed, with the list of what was changed and why.

    The state it was made from stays as it is: inner mappings are copied before their first change.
    """

    __slots__ = ("_own", "events")

    def __init__(self, state: Table) -> None:
        self.kernel, self.limit, self.initial, self.last = (
            state.kernel,
            state.limit,
            state.initial,
            state.last,
        )
        self.mounts, self.children = dict(state.mounts), dict(state.children)
        self.groups, self.slaves, self.above = dict(state.groups), dict(state.slaves), state.above
        self.filesystems, self.namespaces = dict(state.filesystems), dict(state.namespaces)
        self.users, self.spaces, self.holds = state.users, state.spaces, state.holds
        self.events: list[Event] = []
        self._own: set[tuple[str, int]] = set()

    def done(self) -> State:
        """Return the draft as a state. The draft must not be used afterwards."""
        state = State()
        for name in Table.__slots__:
            setattr(state, name, getattr(self, name))
        return state

    def new_id(self) -> int:
        """Return a number that nothing in the table has had before."""
        self.last += 1
        return self.last

    def add(self, mount: Mount) -> None:
        """Put a new mount into the table, attached if it names a parent."""
        self.mounts[mount.id] = mount
        if mount.parent:
            self._inner("children", self.children, mount.parent)[mount.point] = mount.id
        if mount.group:
            self._inner("groups", self.groups, mount.group)[mount.id] = None
        if mount.master:
            self._inner("slaves", self.slaves, mount.master)[mount.id] = None

    def count(self, ns: int, more: int) -> None:
        """Note that namespace *ns* holds *more* mounts than before."""
        found = self.namespaces[ns]
        self.namespaces[ns] = found._replace(size=found.size + more)

    def place(self, mount: int, parent: int, point: str) -> None:
        """Attach *mount* to *parent* at *point*, wherever it was before."""
        self.lift(mount)
        self._inner("children", self.children, parent)[point] = mount
        self.mounts[mount] = self.mounts[mount]._replace(parent=parent, point=point)

    def lift(self, mount: int) -> None:
        """Take *mount*, with all below it, off its parent."""
        found = self.mounts[mount]
        if found.parent and self.child(found.parent, found.point) == mount:
            self._drop("children", self.children, found.parent, found.point)
        self.mounts[mount] = found._replace(parent=0, point="/")

    def edit(self, mount: int, **changes: bool | int) -> None:
        """Change fields of *mount* that no index depends on."""
        self.mounts[mount] = self.mounts[mount]._replace(**changes)  # type: ignore[arg-type]

    def join(self, mount: int, group: int) -> None:
        """Make *mount* a member of *group*; an unbindable mount stops being one."""
        self.mounts[mount] = self.mounts[mount]._replace(group=group, unbindable=False)
        self._inner("groups", self.groups, group)[mount] = None

    def obey(self, mount: int, master: int) -> None:
        """Make *mount* a slave of the group *master*, of none for 0."""
        before = self.mounts[mount]
        if before.master == master:
            return
        if before.master:
            self._drop("slaves", self.slaves, before.master, mount)
        if master:
            self._inner("slaves", self.slaves, master)[mount] = None
        self.mounts[mount] = before._replace(master=master)

    def leave(self, mount: int) -> list[int]:
        """Take *mount* out of its peer group; return the slaves that change masters by that.

        They keep their master while the group has members; else the group's own master takes
        them, and where there is none they become private.
        Source: kernel fs/pnode.c, change_mnt_propagation().
        """
        found = self.mounts[mount]
        if not found.group:
            return []
        self._drop("groups", self.groups, found.group, mount)
        self.mounts[mount] = found._replace(group=0)
        if found.group in self.groups:
            return []
        heirs = list(self.slaves.get(found.group, ()))
        for slave in heirs:
            self.obey(slave, found.master)
        return heirs

    def remove(self, mount: int) -> None:
        """Take *mount* out of the table; it must have left its group, and its children must be gone."""
        self.obey(mount, 0)
        found = self.mounts.pop(mount)
        if found.parent and self.child(found.parent, found.point) == mount:
            self._drop("children", self.children, found.parent, found.point)
        self.count(found.ns, -1)

    def put_space(self, space: Space) -> None:
        """Add a space, or put another in the place of the one with its name."""
        self.spaces = {**self.spaces, space.name: space}

    def put_filesystem(self, filesystem: FileSystem) -> None:
        """Add a file system, or put another in the place of the one with its id."""
        self.filesystems[filesystem.id] = filesystem

    def put_namespace(self, namespace: Namespace) -> None:
        """Add a mount namespace."""
        self.namespaces[namespace.id] = namespace

    def _inner(self, kind: str, outer: dict[int, Inner], key: int) -> Inner:
        """Return the inner mapping at *key*, ours to change."""
        if (kind, key) not in self._own:
            self._own.add((kind, key))
            outer[key] = {**outer[key]} if key in outer else {}
        return outer[key]

    def _drop(self, kind: str, outer: dict[int, Inner], key: int, entry: str | int) -> None:
        inner = self._inner(kind, outer, key)
        del inner[entry]  # type: ignore[arg-type]
        if not inner:
            del outer[key]
            self._own.discard((kind, key))
