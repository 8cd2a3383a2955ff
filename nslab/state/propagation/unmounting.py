"""umount and umount -R: what is checked, in the kernel's order.

Source: kernel fs/namespace.c, can_umount() and do_umount(); fs/pnode.c, propagate_mount_busy();
util-linux sys-utils/umount.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation.changing import freeze
from nslab.state.propagation.detach import detach
from nslab.state.propagation.events import Event
from nslab.state.propagation.mounting import caller, check_admin
from nslab.state.propagation.paths import is_root, resolve, topmost
from nslab.state.propagation.refused import Refused

if TYPE_CHECKING:
    from nslab.state.propagation import operations
    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import Place, Space, Table


def umount(draft: Draft, asked: operations.Umount) -> None:
    """Remove the mount at a path; lazily also when it is in use or has mounts below it.

    Other than mount(2), umount(2) goes to the top of the stack even on the caller's own root.
    Source: kernel fs/namei.c, LOOKUP_MOUNTPOINT.
    """
    space = caller(draft, asked.space)
    place = topmost(draft, resolve(draft, space, asked.target))
    check_admin(draft, space)
    _check(draft, space, place, asked)
    if place.mount == space.root.mount and not asked.lazy:
        _freeze(draft, space, place.mount, asked.target)
        return
    if not draft.mounts[place.mount].parent:
        raise Refused("umount.root", target=asked.target)
    if not asked.lazy:
        _check_unused(draft, space, place.mount, asked.target)
    detach(draft, place.mount)


def steps(table: Table, asked: operations.UmountAll) -> list[tuple[int, str]]:
    """Return the mounts, each with its path, that ``umount -R`` calls umount(2) for, in its order.

    Of the mounts at the path it takes the last in the table, and children before their parents, the
    youngest first. Raises Refused as umount does when nothing is mounted there.
    """
    space = caller(table, asked.space)
    at = resolve(table, space, asked.target)
    seen = set(table.seen_by(space.name))
    if not is_root(table, at):
        raise Refused("umount.no-mount", target=asked.target)
    path = table.path(at.mount, space.root)
    last = [mount for mount in table.mounts if mount in seen and table.path(mount, space.root) == path][-1]
    found: list[int] = []
    _deepest_first(table, last, seen, found)
    return [(mount, table.path(mount, space.root)) for mount in found]


def _deepest_first(table: Table, mount: int, seen: set[int], found: list[int]) -> None:
    for child in sorted(table.children.get(mount, {}).values(), reverse=True):
        if child in seen:
            _deepest_first(table, child, seen, found)
    found.append(mount)


def _check(table: Table, space: Space, place: Place, asked: operations.Umount) -> None:
    found, target = table.mounts[place.mount], asked.target
    if not is_root(table, place):
        raise Refused("umount.no-mount", target=target)
    if found.ns != space.ns:
        raise Refused("target.not-mine", target=target)
    if found.locked:
        raise Refused("umount.locked", target=target)
    if asked.force and not table.is_admin(space, table.filesystems[found.fs].user):
        raise Refused("umount.force", target=target, space=space.name)


def _freeze(draft: Draft, space: Space, mount: int, target: str) -> None:
    """Make the file system of the caller's root read-only, which is all that umount does to it."""
    filesystem = draft.filesystems[draft.mounts[mount].fs]
    if not draft.is_admin(space, filesystem.user):
        raise Refused("umount.own-root", target=target)
    freeze(draft, filesystem, target, read_only=True)
    draft.events.append(Event("changed", mount, "umount.freezes"))


def _check_unused(table: Table, space: Space, mount: int, target: str) -> None:
    if children := table.children.get(mount):
        child = table.path(next(iter(children.values())), space.root)
        raise Refused("umount.children", target=target, child=child)
    if users := table.users_of(mount):
        raise Refused("umount.busy", target=target, user=users[0])
    found = table.mounts[mount]
    for receiver in table.receivers(found.parent):
        copy = table.child(receiver, found.point)
        if copy and _would_go(table, copy) and (users := table.users_of(copy)):
            raise Refused("umount.busy-copy", target=target, user=users[0], copy=table.path(copy))


def _would_go(table: Table, mount: int) -> bool:
    """Return whether nothing is mounted on *mount*, or one thing that hides all of it."""
    children = table.children.get(mount, {})
    return not children or (len(children) == 1 and bool(table.cover(mount)))
