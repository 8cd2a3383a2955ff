"""New mount namespaces, their end, and the root of a process.

Source: kernel fs/namespace.c, copy_mnt_ns() and pivot_root(); fs/fs_struct.c, chroot_fs_refs().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation.attach import lock
from nslab.state.propagation.copying import PEER, SLAVE, copy, without_namespaces
from nslab.state.propagation.detach import detach
from nslab.state.propagation.events import Event
from nslab.state.propagation.mounting import caller, check_admin
from nslab.state.propagation.paths import REMOVED, is_root, lock_place, resolve, topmost
from nslab.state.propagation.refused import NotUnderstood, Refused
from nslab.state.propagation.table import Namespace, Place, Space

if TYPE_CHECKING:
    from nslab.state.propagation import operations
    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import Table


def unshare(draft: Draft, asked: operations.Unshare) -> None:
    """Make a space like the caller, in a new user namespace, a new mount namespace, or both."""
    space = caller(draft, asked.space)
    if asked.name in draft.spaces:
        raise NotUnderstood(f"there is a space {asked.name!r} already; give the new one another name")
    user = space.user
    if asked.user:
        first = draft.mounts[draft.namespaces[space.ns].root]
        if topmost(draft, Place(first.id, first.root)) != space.root:
            raise Refused("admin.chrooted", space=space.name)
        user = draft.new_id()
        draft.users = {**draft.users, user: space.user}
    elif (asked.mount or asked.others) and not space.capable:
        raise Refused("admin.unshare", space=space.name)
    owners = {**dict(space.owners), **dict.fromkeys(asked.others, user)}
    born = space._replace(
        name=asked.name, user=user, capable=space.capable or asked.user, owners=tuple(owners.items())
    )
    draft.put_space(_with_own_mounts(draft, born) if asked.mount else born)


def _with_own_mounts(draft: Draft, space: Space) -> Space:
    """Return *space* in a copy of its mount namespace, owned by its user namespace."""
    old = draft.namespaces[space.ns]
    crossing = old.owner != space.user
    ns = draft.new_id()
    draft.put_namespace(Namespace(ns, space.user, 0, 0))
    tree = without_namespaces(draft, draft.subtree(old.root))
    copies = copy(draft, tree, ns, SLAVE if crossing else PEER)
    draft.put_namespace(draft.namespaces[ns]._replace(root=copies[old.root]))
    for mount, made in copies.items():
        _note_clone(draft, mount, made, crossing=crossing)
    if crossing:
        lock(draft, list(copies.values()), "clone.locked")
    root, cwd = (Place(copies.get(place.mount, place.mount), place.path) for place in (space.root, space.cwd))
    return space._replace(ns=ns, root=root, cwd=cwd)


def _note_clone(draft: Draft, mount: int, made: int, *, crossing: bool) -> None:
    before, after = draft.mounts[mount], draft.mounts[made]
    rule = "clone.peer" if after.group else "clone.slave" if after.master else "clone.private"
    if crossing and before.group:
        rule = "clone.user"
    elif before.unbindable and not after.unbindable:
        rule = "clone.unbindable"
    changed = (before.propagation, after.propagation, after.group, after.master)
    draft.events.append(Event("cloned", made, rule, mount, *changed))


def leave(draft: Draft, asked: operations.Leave) -> None:
    """End a space, and its mount namespace if it was the last one there."""
    space = caller(draft, asked.space)
    draft.spaces = {name: other for name, other in draft.spaces.items() if name != space.name}
    if not any(other.ns == space.ns for other in draft.spaces.values()):
        detach(draft, draft.namespaces[space.ns].root, propagate=False)
        del draft.namespaces[space.ns]


def pivot_root(draft: Draft, asked: operations.PivotRoot) -> None:
    """Put a mount in the place of the caller's root mount, and that at another place."""
    space = caller(draft, asked.space)
    check_admin(draft, space)
    new = resolve(draft, space, asked.new_root, directory=True)
    old = resolve(draft, space, asked.put_old, directory=True)
    old = lock_place(draft, old, asked.put_old)
    _check_pivot(draft, space, new, old, asked)
    root = draft.mounts[space.root.mount]
    draft.lift(new.mount)
    if root.locked:
        draft.edit(new.mount, locked=True)
        draft.edit(root.id, locked=False)
    draft.place(new.mount, root.parent, root.point)
    draft.lift(root.id)
    draft.place(root.id, *old)
    draft.events.append(Event("moved", new.mount, "pivot.new", root.parent))
    draft.events.append(Event("moved", root.id, "pivot.old", old.mount))
    _follow(draft, space.root, new)


def _check_pivot(table: Table, space: Space, new: Place, old: Place, asked: operations.PivotRoot) -> None:
    """Raise Refused for the first of the kernel's ten conditions that is not met."""
    details = {"new": asked.new_root, "old": asked.put_old, "space": space.name, "path": asked.new_root}
    for rule, hit in _pivot_conditions(table, space, new, old):
        if hit:
            raise Refused(rule, **details)


def _pivot_conditions(table: Table, space: Space, new: Place, old: Place) -> list[tuple[str, bool]]:
    root, fresh = table.mounts[space.root.mount], table.mounts[new.mount]
    above, over = (table.mounts[one.parent or one.id] for one in (root, fresh))
    return [
        ("pivot.shared-put-old", bool(table.mounts[old.mount].group)),
        ("pivot.shared-parent", bool(over.group)),
        ("pivot.shared-root", bool(above.group)),
        ("pivot.not-mine", root.ns != space.ns or fresh.ns != space.ns),
        ("pivot.locked", fresh.locked),
        ("path.removed", new.path.endswith(REMOVED)),
        ("pivot.new-is-root", new.mount == root.id),
        ("pivot.old-on-root", old.mount == root.id),
        ("pivot.root-no-mount", not is_root(table, space.root)),
        ("pivot.root-absolute", not root.parent),
        ("pivot.new-no-mount", not is_root(table, new)),
        ("pivot.new-absolute", not fresh.parent),
        ("pivot.old-outside", not table.reachable(old.mount, old.path, new)),
        ("pivot.new-outside", not table.reachable(new.mount, new.path, space.root)),
    ]


def _follow(draft: Draft, old: Place, new: Place) -> None:
    """Let everyone who stood on the old root stand on the new one."""
    for space in draft.spaces.values():
        if old in (space.root, space.cwd):
            root = new if space.root == old else space.root
            cwd = new if space.cwd == old else space.cwd
            draft.put_space(space._replace(root=root, cwd=cwd))


def chroot(draft: Draft, asked: operations.Chroot) -> None:
    """Make a directory the caller's root and working directory, as chroot(8) does."""
    space = caller(draft, asked.space)
    place = resolve(draft, space, asked.new_root, directory=True)
    if not space.capable:
        raise Refused("admin.chroot", space=space.name)
    draft.put_space(space._replace(root=place, cwd=place))


def chdir(draft: Draft, asked: operations.Chdir) -> None:
    """Change the caller's working directory."""
    space = caller(draft, asked.space)
    draft.put_space(space._replace(cwd=resolve(draft, space, asked.path, directory=True)))
