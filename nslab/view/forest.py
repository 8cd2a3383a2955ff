"""The propagation graph: peer groups, and which is whose master. It is a forest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view.words import legible, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nslab.state.mountinfo import Mount
    from nslab.view.fold import Shown

NO_GROUP = "slaves"
"""The title of mounts that only receive: each listens for itself."""

OUT_OF_SIGHT = "no member in sight"
FOLDED = "members folded away"


@dataclass(frozen=True, slots=True)
class Member:
    """A mount in a group, as ``space:path``, and whether the last event made it."""

    label: str
    new: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A peer group, or the mounts that are slaves and nothing else of one master.

    ``title`` is a group's letter or ``slaves``; ``group`` its place among the
    groups; ``note`` stands where there is no member to show. To an ``indirect``
    one events come by way of groups out of sight (propagate_from).
    """

    title: str
    group: int
    members: tuple[Member, ...]
    slaves: tuple[Node, ...]
    note: str = ""
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class _Groups:
    """The shown members and slaves of each group, and who is whose master."""

    names: Mapping[int, str]
    masters: dict[int, int]
    indirect: dict[int, int]
    members: dict[int, list[Member]]
    slaves: dict[int, list[Member]]

    def master(self, group: int) -> int:
        """Return the group that *group* hears, through others if need be; 0 for none."""
        return self.masters.get(group, 0) or self.indirect.get(group, 0)


def forest(shown: Shown, names: Mapping[int, str]) -> tuple[Node, ...]:
    """Return the trees of the groups that *names* names, in the order of the names.

    A master has its slaves below it. Every mount has at most one master, so no
    two lines need ever cross. Source: kernel Documentation/filesystems/sharedsubtree.rst.
    """
    every = [mount for row in shown.every for mount in row.mounts if mount]
    masters = {mount.shared: mount.master for mount in every if mount.shared}
    origins = {mount.master: mount.propagate_from for mount in every if mount.propagate_from}
    indirect = {
        group: origin for group, origin in origins.items() if group not in masters and origin in masters
    }
    groups = _Groups(names, masters, indirect, {}, {})
    for column in range(shown.columns):
        for row in shown.rows:
            if mount := row.mounts[column]:
                _take_in(groups, mount, _member(shown, column, mount))
    tops = [group for group in names if groups.master(group) not in names]
    return tuple(node for group in tops if (node := _node(group, groups)))


def _member(shown: Shown, column: int, mount: Mount) -> Member:
    label = f"{shown.mounts.columns[column].spaces[0]}:{mount.point}"
    return Member(legible(label), mount.identity in shown.new)


def _take_in(groups: _Groups, mount: Mount, member: Member) -> None:
    if mount.shared:
        groups.members.setdefault(mount.shared, []).append(member)
    elif mount.master:
        groups.slaves.setdefault(mount.master, []).append(member)


def _node(group: int, groups: _Groups) -> Node | None:
    """Return the tree of *group*, None when all of it is folded away."""
    below = [
        node for slave in groups.names if groups.master(slave) == group and (node := _node(slave, groups))
    ]
    title, number = groups.names[group], place(groups.names[group])
    if slaves := groups.slaves.get(group):
        below.insert(0, Node(NO_GROUP, number, tuple(slaves), ()))
    members = groups.members.get(group, [])
    if not members and not below:
        return None
    note = "" if members else FOLDED if group in groups.masters else OUT_OF_SIGHT
    return Node(title, number, tuple(members), tuple(below), note, group in groups.indirect)
