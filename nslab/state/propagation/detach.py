"""Removing a tree of mounts, and the copies elsewhere that go with it.

Source: kernel fs/namespace.c, umount_tree(); fs/pnode.c, propagate_umount();
Documentation/filesystems/propagate_umount.txt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import Table


def detach(draft: Draft, mount: int, *, propagate: bool = True, rule: str = "detach.target") -> None:
    """Remove *mount* and all below it, and with *propagate* what their peers and slaves have of them."""
    tree = draft.subtree(mount)
    gone = {one: rule if one == mount else "detach.below" for one in tree}
    if propagate:
        _unlock(draft, mount)
        copies = _candidates(draft, tree)
        follow = (
            _by_set(draft, copies, set(tree)) if draft.kernel.unmounts_by_set else _one_by_one(draft, tree)
        )
        _note_stayed(draft, copies, follow)
        leaving = gone.keys() | follow
        for one in follow:
            _let_fall(draft, one, leaving)
        gone.update(dict.fromkeys(sorted(follow, key=lambda one: _depth(draft, one)), "detach.copy"))
    _remove(draft, gone)


def _unlock(draft: Draft, mount: int) -> None:
    """Clear the lock of each direct copy: who could mount the original may also remove the copies."""
    found = draft.mounts[mount]
    for receiver in draft.receivers(found.parent):
        copy = draft.child(receiver, found.point)
        if copy and draft.mounts[copy].locked:
            draft.edit(copy, locked=False)
            draft.events.append(Event("unlocked", copy, "detach.unlocked", mount))


def _candidates(table: Table, tree: list[int]) -> set[int]:
    """Return the mounts at the same places on what hears the parents of those in *tree*."""
    found: set[int] = set()
    hearing: dict[int, list[int]] = {}
    for mount in tree:
        parent, point = table.mounts[mount].parent, table.mounts[mount].point
        group = table.mounts[parent].group
        if group and group not in hearing:
            hearing[group] = [parent, *table.receivers(parent)]
        for receiver in hearing.get(group, ()):
            if receiver != parent and (copy := table.child(receiver, point)):
                found.add(copy)
    return found.difference(tree)


def _by_set(table: Table, candidates: set[int], tree: set[int]) -> set[int]:
    """Return the candidates that go: no survivor loses its place, and nothing locked comes to light."""
    leaves: dict[int, bool] = {}
    going: set[int] = set()
    for mount in sorted(candidates, key=lambda one: -_depth(table, one)):
        cover = table.cover(mount)
        others = [child for child in table.children.get(mount, {}).values() if child != cover]
        stuck = any(leaves.get(child, True) for child in others if child not in tree)
        leaves[mount] = stuck or bool(cover and cover not in tree and leaves.get(cover, True))
        if not stuck:
            going.add(mount)
    for mount in sorted(going, key=lambda one: _depth(table, one)):
        found = table.mounts[mount]
        if found.locked and found.parent not in going and found.parent not in tree:
            going.discard(mount)
    return going


def _one_by_one(table: Table, tree: list[int]) -> set[int]:
    """Return what goes with *tree* on kernels before 6.16, which visit the copies one after the other."""
    going: set[int] = set(tree)
    marked: set[int] = set()
    visited: set[int] = set()
    for mount in reversed(tree):
        found = table.mounts[mount]
        if mount in visited:
            continue
        visited.add(mount)
        for receiver in table.receivers(found.parent):
            copy = table.child(receiver, found.point)
            if not copy or copy in visited:
                continue
            visited.add(copy)
            while copy not in going and copy not in marked and _is_bare(table, copy, marked, going):
                marked.add(copy)
                if not table.mounts[copy].locked:
                    going.add(copy)
                copy = table.mounts[copy].parent
                if copy not in visited:
                    break
    return (going | _pulled(table, going, marked)).difference(tree)


def _is_bare(table: Table, mount: int, marked: set[int], going: set[int]) -> bool:
    cover = table.cover(mount)
    return all(
        child == cover or child in marked or child in going
        for child in table.children.get(mount, {}).values()
    )


def _pulled(table: Table, going: set[int], marked: set[int]) -> set[int]:
    """Return the locked mounts that go because what they are on goes."""
    pending, pulled = list(going), set[int]()
    for mount in pending:
        for child in table.children.get(mount, {}).values():
            if child in marked and child not in going and child != table.cover(mount):
                pulled.add(child)
                pending.append(child)
    return pulled


def _note_stayed(draft: Draft, candidates: Iterable[int], going: set[int]) -> None:
    for mount in sorted(candidates):
        if mount not in going:
            found = draft.mounts[mount]
            rule = "detach.kept-lock" if found.locked else "detach.kept-child"
            draft.events.append(Event("stayed", mount, rule, found.parent))


def _let_fall(draft: Draft, mount: int, gone: set[int]) -> None:
    """Put the survivor that covers *mount*, if any, where the stack that goes was attached."""
    cover = draft.cover(mount)
    if not cover or cover in gone:
        return
    below = draft.mounts[mount]
    while below.parent in gone:
        below = draft.mounts[below.parent]
    draft.lift(cover)
    draft.place(cover, below.parent, below.point)
    draft.events.append(Event("fell", cover, "detach.fell", below.parent))


def _remove(draft: Draft, gone: dict[int, str]) -> None:
    """Take the mounts out of their groups and out of the table, and say who gets other masters."""
    heirs: dict[int, str] = {}
    for mount, rule in gone.items():
        found = draft.mounts[mount]
        draft.events.append(
            Event("detached", mount, rule, found.parent, found.propagation, "", found.group, found.master)
        )
    for mount in gone:
        for heir in draft.leave(mount):
            heirs.setdefault(heir, "shared+slave" if draft.mounts[heir].group else "slave")
    for mount in sorted(gone, key=lambda one: -_depth(draft, one)):
        draft.remove(mount)
    note_heirs(draft, {mount: before for mount, before in heirs.items() if mount not in gone})


def note_heirs(draft: Draft, before: dict[int, str]) -> None:
    """Note each mount whose master's group has ended, with the type it had before."""
    for mount, was in before.items():
        found = draft.mounts[mount]
        rule = "group.grandmaster" if found.master else "group.orphaned"
        draft.events.append(
            Event("changed", mount, rule, 0, was, found.propagation, found.group, found.master)
        )


def _depth(table: Table, mount: int) -> int:
    depth = 0
    while mount := table.mounts[mount].parent:
        depth += 1
    return depth
