"""The propagation graph: peer groups, and which is whose master. It is a forest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view.words import place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nslab.state.mountinfo import Mount
    from nslab.state.mounts import Mounts

NO_GROUP = "slaves"
"""The title of mounts that only receive: each listens for itself."""


@dataclass(frozen=True, slots=True)
class Member:
    """A mount in a group, as ``space:path``, and whether the last event made it."""

    label: str
    new: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A peer group, or the mounts that are slaves and nothing else of one master.

    ``title`` is a group's letter or ``slaves``; ``group`` its place among the groups; ``origin`` the group from which
    events reach it when its direct master has no member in sight.
    """

    title: str
    group: int
    members: tuple[Member, ...]
    origin: str
    slaves: tuple[Node, ...]


def forest(mounts: Mounts, names: Mapping[int, str], new: Collection[int] = frozenset()) -> tuple[Node, ...]:
    """Return the trees of the groups that *names* names, in the order of the names.

    A master has its slaves below it. Every mount has at most one master, so no
    two lines need ever cross. Source: kernel Documentation/filesystems/sharedsubtree.rst.
    """
    seen = [
        (f"{column.spaces[0]}:{mount.point}", mount)
        for column_number, column in enumerate(mounts.columns)
        for row in mounts.rows()
        if (mount := row.mounts[column_number])
    ]
    masters = {mount.shared: mount.master for _, mount in seen if mount.shared}
    tops = [group for group in names if masters.get(group, 0) not in names]
    return tuple(_node(group, seen, masters, names, new) for group in tops)


def _node(
    group: int, seen: list[tuple[str, Mount]], masters: dict[int, int], names: Mapping[int, str], new: Collection[int]
) -> Node:
    members = [(label, mount) for label, mount in seen if mount.shared == group]
    below = [_node(slave, seen, masters, names, new) for slave in names if masters.get(slave) == group]
    only_slaves = [(label, mount) for label, mount in seen if mount.master == group and not mount.shared]
    if only_slaves:
        below.insert(0, Node(NO_GROUP, place(names[group]), _members(only_slaves, new), _origin(only_slaves, names), ()))
    return Node(names[group], place(names[group]), _members(members, new), _origin(members, names), tuple(below))


def _members(mounts: list[tuple[str, Mount]], new: Collection[int]) -> tuple[Member, ...]:
    return tuple(Member(label, mount.identity in new) for label, mount in mounts)


def _origin(mounts: list[tuple[str, Mount]], names: Mapping[int, str]) -> str:
    return next((names.get(mount.propagate_from, "?") for _, mount in mounts if mount.propagate_from), "")
