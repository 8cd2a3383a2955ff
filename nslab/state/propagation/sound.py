"""Whether tables that were read at one moment can all be true: what the model may be built from.

Each table is sound in itself when it has been parsed; here they are held against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.mountinfo import Mount, MountinfoError, format_mountinfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tables = Mapping[str, tuple[Mount, ...]]

_AGAIN = "read the tables again, all at one moment"


def check(tables: Tables, namespaces: Mapping[str, str]) -> None:
    """Raise MountinfoError, which quotes the lines, unless a kernel could show these tables at one moment.

    *tables* are those of each space, *namespaces* names each space's mount namespace. A mount is in one
    namespace, everybody there sees it alike, parents lead to a root, no two mounts cover one place, the
    members of a peer group have one master, and masters lead to a group that has none.
    Source: kernel fs/namespace.c, fs/pnode.c.
    """
    known: dict[int, tuple[str, Mount]] = {}
    for space, table in tables.items():
        for mount in table:
            ns, first = known.setdefault(mount.id, (namespaces[space], mount))
            if ns != namespaces[space] or not _alike(first, mount):
                raise _Contradiction(f"mount {mount.id} is two different mounts", first, mount)
    mounts = {number: mount for number, (_, mount) in known.items()}
    _check_parents(mounts)
    _check_places(tables)
    _check_groups(mounts, _origins(tables))


class _Contradiction(MountinfoError):
    def __init__(self, what: str, *lines: Mount) -> None:
        quoted = " and ".join(repr(format_mountinfo([line]).decode(errors="replace")[:-1]) for line in lines)
        super().__init__(f"{what}: {quoted}; {_AGAIN}")


def _alike(one: Mount, other: Mount) -> bool:
    """Return whether two readers see the same mount: its path and ``propagate_from`` are each one's own."""
    return one._replace(point="", propagate_from=0) == other._replace(point="", propagate_from=0)


def _check_parents(mounts: Mapping[int, Mount]) -> None:
    sound: set[int] = set()
    for start in mounts:
        path: dict[int, None] = {}
        at = start
        while at in mounts and at not in sound:
            if at in path:
                raise _Contradiction(f"mount {at} is above itself", *(mounts[one] for one in path))
            path[at] = None
            at = 0 if mounts[at].parent == at else mounts[at].parent
        sound |= path.keys()


def _check_places(tables: Tables) -> None:
    for table in tables.values():
        ids = {mount.id for mount in table}
        taken: dict[tuple[int, str], Mount] = {}
        for mount in table:
            there = taken.setdefault((mount.parent, mount.point), mount)
            if there is not mount and mount.parent in ids:
                raise _Contradiction("two mounts cover one place of their parent", there, mount)


def _origins(tables: Tables) -> list[Mount]:
    return [mount for table in tables.values() for mount in table if mount.propagate_from]


def _check_groups(mounts: Mapping[int, Mount], origins: list[Mount]) -> None:
    members: dict[int, Mount] = {}
    for mount in mounts.values():
        first = members.setdefault(mount.shared, mount) if mount.shared else mount
        if first.master != mount.master:
            raise _Contradiction(f"peer group {mount.shared} has two masters", first, mount)
    above = {mount.master: mount for mount in origins}
    sound: set[int] = set()
    for start in [*members, *above]:
        path: dict[int, Mount] = {}
        at = start
        while at and at not in sound:
            if at in path:
                raise _Contradiction(f"peer group {at} hears itself", *path.values())
            if at in members:
                path[at], at = members[at], members[at].master
            elif at in above:
                path[at], at = above[at], above[at].propagate_from
            else:
                break
        sound |= path.keys()
