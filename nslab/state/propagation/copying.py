"""Copying a tree of mounts, and which group or master each copy gets.

Source: kernel fs/namespace.c, copy_tree() and clone_mnt().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation.refused import Refused
from nslab.state.propagation.table import Mount, within

if TYPE_CHECKING:
    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import Table

PEER, SLAVE, SLAVE_SHARED = "peer", "slave", "slave-shared"
"""What a copy is to its original: in the same group, below its group, or that with a group of its own."""


def copyable(table: Table, mount: int, path: str) -> list[int]:
    """Return the mounts that a recursive bind of *path* in *mount* copies, *mount* first.

    Unbindable mounts are left out with all below them. Raises Refused when one of those is locked,
    since without it the copy would show what it hides.
    """
    found = [mount]
    for one in found:
        for point, child in table.children.get(one, {}).items():
            if one == mount and not within(point, path):
                continue
            if not table.mounts[child].unbindable:
                found.append(child)
            elif table.mounts[child].locked:
                raise Refused("rbind.locked-unbindable", child=table.path(child))
    return found


def without_namespaces(table: Table, tree: list[int]) -> list[int]:
    """Return *tree* without the bound files of mount namespaces, which only a bind copies."""
    if not any(names_namespace(table, mount) for mount in tree[1:]):
        return tree
    kept: set[int] = {tree[0]}
    for mount in tree[1:]:
        if table.mounts[mount].parent in kept and not names_namespace(table, mount):
            kept.add(mount)
    return [mount for mount in tree if mount in kept]


def names_namespace(table: Table, mount: int) -> bool:
    """Return whether *mount* is the bound file of a mount namespace."""
    return table.mounts[mount].root.startswith("mnt:[")


def copy(draft: Draft, tree: list[int], ns: int, relation: str) -> dict[int, int]:
    """Copy the mounts of *tree*, parents first, into namespace *ns*; return the copy of each.

    The first copy is not attached to anything. With PEER, a copy is a member of its original's group
    and has its master; with SLAVE it is a slave of that group, or has the same master where there is
    no group; with SLAVE_SHARED it gets a group of its own as well.
    """
    copies: dict[int, int] = {}
    for old in tree:
        copies[old] = draft.new_id()
        found = draft.mounts[old]
        group = found.group if relation == PEER else draft.new_id() if relation == SLAVE_SHARED else 0
        master = found.master if relation == PEER else found.group or found.master
        parent = copies.get(found.parent, 0)
        place = (parent, found.point) if parent else (0, "/")
        kept = found.unbindable and not draft.kernel.forgets_unbindable
        made = Mount(copies[old], ns, *place, found.fs, found.root, group, master, kept)
        draft.add(made._replace(locked=found.locked, flags=found.flags, locks=found.locks))
    draft.count(ns, len(tree))
    return copies
