"""Attaching a tree of mounts at a place, and the copies that this causes.

Source: kernel fs/namespace.c, attach_recursive_mnt(); fs/pnode.c, propagate_mnt();
Documentation/filesystems/sharedsubtree.rst, section 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nslab.state.propagation import flags
from nslab.state.propagation.copying import (
    PEER,
    SLAVE,
    SLAVE_SHARED,
    copy,
    names_namespace,
    without_namespaces,
)
from nslab.state.propagation.events import Event
from nslab.state.propagation.paths import REMOVED
from nslab.state.propagation.refused import Refused
from nslab.state.propagation.table import Place, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import Table


class Delivery(NamedTuple):
    """One copy that is to be made: for which receiver, of which delivery (-1: the tree itself), and how."""

    receiver: int
    original: int
    relation: str
    rule: str


def attach(draft: Draft, tree: list[int], dest: Place, owner: int, *, moved: bool = False) -> None:
    """Attach *tree*, whose root comes first, at *dest*, and give a copy to each mount that hears it.

    *owner* is the user namespace that owns the caller's mount namespace. A *moved* tree is taken from
    its old place, any other one has not been attached before. Raises Refused when a namespace would
    hold too many mounts, and for a directory that has been removed.
    """
    if draft.mounts[draft.top(tree[0])].root.endswith(REMOVED):
        raise Refused("attach.removed", root=draft.mounts[draft.top(tree[0])].root)
    onto = draft.mounts[dest.mount]
    deliveries = _deliveries(draft, tree, dest) if onto.group else []
    _check_room(draft, tree, deliveries, onto.ns, moved=moved)
    if onto.group:
        _make_shared(draft, tree)
    copied = without_namespaces(draft, tree)
    if deliveries and names_namespace(draft, tree[0]):
        raise Refused("new.namespace-file")
    draft.place(tree[0], dest.mount, dest.path)
    rule = "attach.shared" if onto.group else "attach.alone"
    _note(draft, "moved" if moved else "attached", tree, rule, dest.mount)
    made: list[list[int]] = []
    for delivery in deliveries:
        source = copied if delivery.original < 0 else made[delivery.original]
        ns = draft.mounts[delivery.receiver].ns
        made.append(list(copy(draft, source, ns, delivery.relation).values()))
    for delivery, copies in zip(deliveries, made, strict=True):
        _deliver(draft, copies, delivery, dest.path, owner)


def _deliveries(table: Table, tree: list[int], dest: Place) -> list[Delivery]:
    """Return the copies to make: for the peers of *dest*, then depth first for their slaves."""
    group = table.mounts[dest.mount].group
    new = set() if table.mounts[tree[0]].parent else set(tree)
    peers = [one for one in table.members(group) if one != dest.mount and one not in new]
    found = [Delivery(one, -1, PEER, "copy.peer") for one in peers if _shows(table, one, dest.path)]
    pending = [(unit, -1) for unit in reversed(table.hearers(group))]
    while pending:
        unit, original = pending.pop()
        reached = [one for one in unit if one not in new and _shows(table, one, dest.path)]
        own = table.mounts[unit[0]].group
        if reached:
            first = len(found)
            found.extend(_to_unit(reached, original, first, shared=bool(own)))
            original = first
        pending.extend((below, original) for below in reversed(table.hearers(own) if own else []))
    return found


def _to_unit(reached: list[int], original: int, first: int, *, shared: bool) -> Iterator[Delivery]:
    relation, rule = (SLAVE_SHARED, "copy.slave-shared") if shared else (SLAVE, "copy.slave")
    yield Delivery(reached[0], original, relation, rule)
    for further in reached[1:]:
        yield Delivery(further, first, PEER, "copy.slave-peer")


def _shows(table: Table, mount: int, path: str) -> bool:
    return within(path, table.mounts[mount].root)


def _check_room(draft: Draft, tree: list[int], deliveries: list[Delivery], ns: int, *, moved: bool) -> None:
    """Raise Refused if any namespace would hold more mounts than fs.mount-max.

    A bound tree has been counted already. Source: kernel count_mounts().
    """
    if not moved and draft.namespaces[ns].size > draft.limit:
        raise Refused("limit.mounts", limit=str(draft.limit))
    more: dict[int, int] = {}
    size = len(without_namespaces(draft, tree))
    for delivery in deliveries:
        receiver = draft.mounts[delivery.receiver].ns
        more[receiver] = more.get(receiver, 0) + size
        if draft.namespaces[receiver].size + more[receiver] > draft.limit:
            raise Refused("limit.mounts", limit=str(draft.limit))


def _make_shared(draft: Draft, tree: list[int]) -> None:
    for mount in tree:
        before = draft.mounts[mount]
        if not before.group:
            draft.join(mount, draft.new_id())
            if before.parent:
                after = draft.mounts[mount]
                changed = (before.propagation, after.propagation, after.group, after.master)
                draft.events.append(Event("changed", mount, "attach.becomes-shared", 0, *changed))


def _deliver(draft: Draft, tree: list[int], delivery: Delivery, path: str, owner: int) -> None:
    """Put a copy on its receiver, below what is there already."""
    met = draft.child(delivery.receiver, path)
    _note(draft, "copied", tree, delivery.rule, delivery.receiver)
    if met:
        below = draft.top(tree[0]) if draft.kernel.tucks_under_stacks else tree[0]
        draft.place(met, below, draft.mounts[below].root)
        draft.events.append(Event("tucked", met, "copy.tucked", tree[0]))
    draft.place(tree[0], delivery.receiver, path)
    if draft.namespaces[draft.mounts[tree[0]].ns].owner != owner:
        lock(draft, tree, "lock.propagated")


def lock(draft: Draft, tree: list[int], rule: str) -> None:
    """Lock what a less privileged user namespace gets: all but the first mount, and options of each.

    Source: kernel fs/namespace.c, lock_mnt_tree().
    """
    for number, mount in enumerate(tree):
        found = draft.mounts[mount]
        locked = found.locked or number > 0
        draft.edit(mount, locked=locked, locks=found.locks | flags.locks(found.flags))
        if locked and not found.locked:
            draft.events.append(Event("locked", mount, rule))


def _note(draft: Draft, verb: str, tree: list[int], rule: str, by: int) -> None:
    for mount in tree:
        found = draft.mounts[mount]
        draft.events.append(Event(verb, mount, rule, by, "", found.propagation, found.group, found.master))
        rule = rule if rule.endswith(".below") else "attach.below" if verb != "copied" else "copy.below"
