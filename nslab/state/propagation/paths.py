"""Following a path through mounts. Source: path_resolution(7); kernel fs/namei.c."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation.refused import NotUnderstood, Refused, UnknownPath
from nslab.state.propagation.table import Place

if TYPE_CHECKING:
    from nslab.state.propagation.table import Space, Table


def resolve(table: Table, space: Space, path: str, *, directory: bool = False) -> Place:
    """Return where *path* leads in *space*: the top of the stack of mounts there.

    The space's own root and working directory are taken as they are, even where something has been
    mounted on them since: that is why a mount on ``/`` is not seen by who stands there, unless by ``/..``.
    Raises Refused for a path that does not exist or leads through a file, or that is no directory
    where *directory* asks for one, and UnknownPath where the model does not know.
    """
    if not path:
        raise Refused("path.missing", path=path)
    place = _start(table, space, space.root if path.startswith("/") else space.cwd)
    walked = ""
    for part in path.split("/"):
        if part in ("", "."):
            continue
        walked = f"{walked}/{part}"
        if kind_at(table, place, space.name, walked) != "dir":
            raise Refused("path.through-file", path=path)
        if part == "..":
            place = _up(table, space, place)
            continue
        down = Place(place.mount, f"{place.path.rstrip('/')}/{part}")
        if not kind_at(table, down, space.name, walked):
            raise Refused("path.missing", path=walked if path.startswith("/") else walked[1:])
        place = _through(table, down)
    if (directory or path.endswith("/")) and kind_at(table, place, space.name, path) != "dir":
        raise Refused("path.no-directory", path=path)
    return place


def kind_at(table: Table, place: Place, space: str, path: str) -> str:
    """Return ``dir``, ``file``, or nothing for a place where there is none.

    Raises UnknownPath, which speaks of *path* in *space*, where the file system is not known whole.
    """
    filesystem = table.filesystems[table.mounts[place.mount].fs]
    kind = filesystem.paths.get(place.path)
    if kind is None and not filesystem.complete:
        if child := table.child(*place):
            return kind_at(table, Place(child, table.mounts[child].root), space, path)
        if table.inside(*place):
            return "dir"
        raise UnknownPath(space, path, filesystem.id, place.path)
    return kind or ""


REMOVED = "//deleted"
"""What mountinfo writes behind the path of a directory that has been removed."""


def lock_place(table: Table, place: Place, path: str) -> Place:
    """Return the top of the stack at *place*, ready to be mounted on. Raises Refused for a removed directory.

    Source: kernel fs/namespace.c, do_lock_mount().
    """
    place = topmost(table, place)
    if place.path.endswith(REMOVED):
        raise Refused("path.removed", path=path)
    return place


def topmost(table: Table, place: Place) -> Place:
    """Return the place on top of all that is mounted at *place*."""
    return _through(table, place)


def is_root(table: Table, place: Place) -> bool:
    """Return whether *place* is the root of its mount."""
    return table.mounts[place.mount].root == place.path


def _start(table: Table, space: Space, place: Place) -> Place:
    if place.mount not in table.mounts:
        raise NotUnderstood(f"space {space.name!r} stands on a detached mount, which is not modelled")
    return place


def _through(table: Table, place: Place) -> Place:
    while child := table.child(*place):
        place = Place(child, table.mounts[child].root)
    return place


def _up(table: Table, space: Space, place: Place) -> Place:
    while place != space.root and is_root(table, place):
        found = table.mounts[place.mount]
        if not found.parent:
            return _through(table, place)
        place = Place(found.parent, found.point)
    if place == space.root:
        return _through(table, place)
    return _through(table, Place(place.mount, _above(table, place)))


def _above(table: Table, place: Place) -> str:
    """Return the directory that *place* lies in, which a removed one still knows."""
    above = place.path.removesuffix(REMOVED).rpartition("/")[0] or "/"
    removed = f"{above}{REMOVED}"
    known = table.filesystems[table.mounts[place.mount].fs].paths
    return removed if removed in known and above not in known else above
