"""New mounts, binds and moves: what is checked, in the kernel's order, and what is then attached.

Source: kernel fs/namespace.c, path_mount(), do_loopback(), do_move_mount(), do_new_mount().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.attach import attach
from nslab.state.propagation.copying import PEER, copy, copyable, names_namespace
from nslab.state.propagation.paths import is_root, kind_at, lock_place, resolve
from nslab.state.propagation.refused import NotUnderstood, Refused
from nslab.state.propagation.table import FileSystem, Mount, Place, within

if TYPE_CHECKING:
    from nslab.state.propagation import operations
    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import Space, Table

FRESH = ("tmpfs", "ramfs")
"""File system types of which every mount is a new, empty one."""

SINGLE = ("proc", "sysfs", "mqueue", "cgroup2", "devpts")
"""File system types that a user namespace may mount, whose contents the model does not know."""

_SHOWS = {"proc": "pid", "sysfs": "net", "mqueue": "ipc", "cgroup2": "cgroup"}
"""Which of the caller's namespaces a new mount shows."""

_NEW_EACH_TIME = ("devpts", "proc")

_VISIBLE = {
    "proc": ("/sys/fs/binfmt_misc", "/fs/nfsd", "/openprom"),
    "sysfs": (
        *("/fs/cgroup", "/fs/pstore", "/fs/bpf", "/fs/selinux", "/fs/smackfs", "/fs/fuse/connections"),
        *("/kernel/debug", "/kernel/tracing", "/kernel/security", "/kernel/config", "/firmware/efi/efivars"),
    ),
}


def caller(table: Table, name: str) -> Space:
    """Return the space *name*. Raises NotUnderstood that lists the spaces there are."""
    if name not in table.spaces:
        raise NotUnderstood(f"there is no space {name!r}; the spaces are {', '.join(table.spaces) or 'none'}")
    return table.spaces[name]


def check_admin(table: Table, space: Space) -> None:
    """Raise Refused unless *space* may change its mount namespace. Source: kernel may_mount()."""
    if not table.is_admin(space, table.namespaces[space.ns].owner):
        raise Refused("admin.mount", space=space.name)


def target_of(table: Table, space: Space, path: str) -> Place:
    """Return where *path* leads, after the check that every use of mount(2) makes next."""
    place = resolve(table, space, path)
    check_admin(table, space)
    return place


def mount(draft: Draft, asked: operations.Mount) -> None:
    """Mount a new file system."""
    space = caller(draft, asked.space)
    target = target_of(draft, space, asked.target)
    if asked.fstype not in FRESH + SINGLE:
        known = ", ".join(FRESH + SINGLE)
        raise NotUnderstood(f"the file system type {asked.fstype!r} is not modelled; modelled are {known}")
    _check_owner(draft, space, asked.fstype)
    bits = flags.asked(asked.options)
    locks = _locks_of_visible(draft, space, asked.fstype, bits)
    filesystem = _filesystem(draft, space, asked)
    target = lock_place(draft, target, asked.target)
    onto = draft.mounts[target.mount]
    _check_mine(draft, space, target)
    if onto.fs == filesystem.id and onto.root == target.path:
        raise Refused("new.same", target=asked.target)
    if kind_at(draft, target, space.name, asked.target) != "dir":
        raise Refused("attach.kind", source=asked.fstype, target=asked.target)
    new = Mount(draft.new_id(), space.ns, 0, "/", filesystem.id, "/", flags=bits, locks=locks)
    draft.put_filesystem(filesystem)
    draft.add(new)
    draft.count(space.ns, 1)
    attach(draft, [new.id], target, draft.namespaces[space.ns].owner)


def bind(draft: Draft, asked: operations.Bind) -> None:
    """Bind a directory or file, with the mounts below it when recursive."""
    space = caller(draft, asked.space)
    target = target_of(draft, space, asked.target)
    source = resolve(draft, space, asked.source)
    if names_namespace(draft, source.mount):
        raise NotUnderstood(f"binding the file of a mount namespace ({asked.source!r}) is not modelled")
    target = lock_place(draft, target, asked.target)
    _check_mine(draft, space, target)
    _check_copy(draft, space, source, asked)
    tree = copyable(draft, *source) if asked.recursive else [source.mount]
    copies = list(copy(draft, tree, space.ns, PEER).values())
    _show(draft, copies[0], source.path)
    if kind_at(draft, target, space.name, asked.target) != kind_at(draft, source, space.name, asked.source):
        raise Refused("attach.kind", source=asked.source, target=asked.target)
    attach(draft, copies, target, draft.namespaces[space.ns].owner)


def move(draft: Draft, asked: operations.Move) -> None:
    """Move a mount with all below it."""
    space = caller(draft, asked.space)
    target = target_of(draft, space, asked.target)
    source = resolve(draft, space, asked.source)
    if not is_root(draft, source):
        raise Refused("move.no-mount", source=asked.source)
    if kind_at(draft, target, space.name, asked.target) != kind_at(draft, source, space.name, asked.source):
        raise Refused("move.kind", source=asked.source, target=asked.target)
    target = lock_place(draft, target, asked.target)
    _check_movable(draft, space, source.mount, asked)
    _check_mine(draft, space, target)
    tree = draft.subtree(source.mount)
    if draft.mounts[target.mount].group and (stuck := _unbindable(draft, tree)):
        raise Refused("move.unbindable", child=draft.path(stuck, space.root), target=asked.target)
    if target.mount in tree:
        raise Refused("move.loop", source=asked.source, target=asked.target)
    attach(draft, tree, target, draft.namespaces[space.ns].owner, moved=True)


def _check_mine(table: Table, space: Space, target: Place) -> None:
    if table.mounts[target.mount].ns != space.ns:
        raise Refused("target.not-mine", target=table.path(target.mount))


def _check_copy(table: Table, space: Space, source: Place, asked: operations.Bind) -> None:
    """Raise Refused when the source may not be copied. Source: kernel __do_loopback()."""
    found = table.mounts[source.mount]
    if found.unbindable:
        raise Refused("bind.unbindable", source=asked.source, mount=table.path(source.mount, space.root))
    if found.ns != space.ns:
        raise Refused("bind.not-mine", source=asked.source)
    locked = [child for child in table.inside(*source) if table.mounts[child].locked]
    if locked and not asked.recursive:
        raise Refused("bind.locked-child", source=asked.source, child=table.path(locked[0], space.root))


def _check_movable(table: Table, space: Space, mount: int, asked: operations.Move) -> None:
    found = table.mounts[mount]
    if found.ns != space.ns:
        raise Refused("move.not-mine", source=asked.source)
    if not found.parent:
        raise Refused("move.root", source=asked.source)
    if found.locked:
        raise Refused("move.locked", source=asked.source)
    if table.mounts[found.parent].group:
        parent = table.path(found.parent, space.root)
        raise Refused("move.shared-parent", source=asked.source, parent=parent)


def _unbindable(table: Table, tree: list[int]) -> int:
    return next((mount for mount in tree if table.mounts[mount].unbindable), 0)


def _show(draft: Draft, mount: int, root: str) -> None:
    """Make the copy *mount* show *root* of its file system, and unlock it."""
    draft.edit(mount, locked=False)
    draft.mounts[mount] = draft.mounts[mount]._replace(root=root)


def _check_owner(table: Table, space: Space, fstype: str) -> None:
    """Raise Refused unless *space* has power over the namespace that a mount of *fstype* shows.

    Source: kernel fs/super.c, mount_capable(); fs/sysfs/mount.c.
    """
    kind = _SHOWS.get(fstype)
    if kind and not table.is_admin(space, space.owner_of(kind)):
        raise Refused("new.owner", fstype=fstype, kind=kind, space=space.name)


def _filesystem(draft: Draft, space: Space, asked: operations.Mount) -> FileSystem:
    user = space.owner_of(_SHOWS[asked.fstype]) if asked.fstype in _SHOWS else space.user
    if asked.fstype in SINGLE and asked.fstype not in _NEW_EACH_TIME:
        for known in draft.filesystems.values():
            if known.fstype == asked.fstype and known.user == user:
                return known
    paths = {path.removeprefix("f:"): "file" if path.startswith("f:") else "dir" for path in asked.paths}
    paths["/"] = "dir"
    fresh, read_only = asked.fstype in FRESH, "ro" in asked.options
    return FileSystem(draft.new_id(), asked.fstype, asked.name, paths, fresh, read_only, user)


def _locks_of_visible(table: Table, space: Space, fstype: str, bits: int) -> int:
    """Return the locks that a new mount takes over from the one that is seen whole already.

    Raises Refused if it would show more than the namespace shows.
    Source: kernel fs/namespace.c, mount_too_revealing().
    """
    owner = table.namespaces[space.ns].owner
    if fstype not in _VISIBLE or (table.initial and not table.users.get(owner, -1) >= 0):
        return 0
    for found in table.mounts.values():
        filesystem = table.filesystems[found.fs]
        if found.ns == space.ns and filesystem.fstype == fstype and found.root == "/":
            locks = (found.locks | (flags.RO if filesystem.read_only else 0)) & (flags.RO | flags.LOCK_ATIME)
            children = table.children.get(found.id, {}).values()
            hidden = [child for child in children if table.mounts[child].locked]
            shown = all(_is_empty(table.mounts[child].point, fstype) for child in hidden)
            if shown and not flags.breaks(locks, found.flags, bits):
                return locks
    raise Refused("new.revealing", fstype=fstype)


def _is_empty(path: str, fstype: str) -> bool:
    return any(within(path, known) for known in _VISIBLE[fstype])
