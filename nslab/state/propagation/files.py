"""Directories and files, as far as mounts need them: something to mount on, something to hold open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.detach import detach
from nslab.state.propagation.mounting import caller
from nslab.state.propagation.paths import REMOVED, kind_at, resolve
from nslab.state.propagation.refused import NotUnderstood, Refused
from nslab.state.propagation.table import Open, Place, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nslab.state.propagation import operations
    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import Space


def make_path(draft: Draft, asked: operations.MakePath) -> None:
    """Make a directory or an empty file."""
    space = caller(draft, asked.space)
    parts = [part for part in asked.path.split("/") if part]
    start = "" if asked.path.startswith("/") else "."
    for number in range(1 if asked.parents else len(parts), len(parts) + 1):
        path = f"{start}/{'/'.join(parts[:number])}"
        kind = asked.kind if number == len(parts) else "dir"
        _make(draft, space, path, kind, keep=asked.parents or kind == "file")


def _make(draft: Draft, space: Space, path: str, kind: str, *, keep: bool) -> None:
    """Make the last part of *path*; what is there already is an error unless *keep*."""
    above, _, name = path.rpartition("/")
    place = resolve(draft, space, above or "/", directory=True)
    down = Place(place.mount, f"{place.path.rstrip('/')}/{name}")
    if kind_at(draft, down, space.name, path):
        if not keep:
            raise Refused("path.exists", path=path)
        return
    found = draft.mounts[place.mount]
    filesystem = draft.filesystems[found.fs]
    if place.path.endswith(REMOVED):
        raise Refused("path.removed", path=above or ".")
    if filesystem.read_only or found.flags & flags.RO:
        raise Refused("path.read-only", path=path)
    draft.put_filesystem(filesystem._replace(paths={**filesystem.paths, down.path: kind}))


def remove_path(draft: Draft, asked: operations.RemovePath) -> None:
    """Remove an empty directory, and what other mount namespaces have mounted on it.

    Source: kernel fs/namei.c, vfs_rmdir(); fs/namespace.c, __detach_mounts().
    """
    space = caller(draft, asked.space)
    above, _, name = asked.path.rstrip("/").rpartition("/")
    if name in ("", ".", ".."):
        raise NotUnderstood(f"rmdir of {asked.path!r} is not modelled; name the directory")
    place = resolve(draft, space, above or ("/" if asked.path.startswith("/") else "."), directory=True)
    found = draft.mounts[place.mount]
    if draft.filesystems[found.fs].read_only or found.flags & flags.RO:
        raise Refused("path.read-only", path=asked.path)
    down = Place(place.mount, f"{place.path.rstrip('/')}/{name}")
    _check_removable(draft, space, down, asked.path)
    for mount in _mounted_on(draft, found.fs, down.path):
        if mount in draft.mounts:
            detach(draft, mount, propagate=False, rule="detach.rmdir")
    _mark_removed(draft, found.fs, down.path)


def _check_removable(draft: Draft, space: Space, down: Place, path: str) -> None:
    kind = kind_at(draft, down, space.name, path)
    if not kind:
        raise Refused("path.missing", path=path)
    if kind != "dir":
        raise Refused("path.no-directory", path=path)
    fs = draft.mounts[down.mount].fs
    if any(draft.mounts[mount].ns == space.ns for mount in _mounted_on(draft, fs, down.path)):
        raise Refused("remove.mount-point", path=path)
    if any(known != down.path and within(known, down.path) for known in _live(draft.filesystems[fs].paths)):
        raise Refused("remove.not-empty", path=path)


def _mounted_on(draft: Draft, fs: int, path: str) -> list[int]:
    """Return every mount, in whatever namespace, that lies on *path* of the file system *fs*."""
    return [
        draft.child(one.id, path)
        for one in draft.mounts.values()
        if one.fs == fs and draft.child(one.id, path)
    ]


def _live(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not path.endswith(REMOVED)]


def _mark_removed(draft: Draft, fs: int, path: str) -> None:
    """Give the directory its name of a removed one, wherever something still shows it or stands on it."""
    gone = path + REMOVED
    filesystem = draft.filesystems[fs]
    paths = {known: kind for known, kind in filesystem.paths.items() if known != path}
    draft.put_filesystem(filesystem._replace(paths={**paths, gone: "dir"}))
    for one in [*draft.mounts.values()]:
        if one.fs == fs and one.root == path:
            draft.mounts[one.id] = one._replace(root=gone)

    def moved(place: Place) -> Place:
        mine = place.mount in draft.mounts and draft.mounts[place.mount].fs == fs and place.path == path
        return Place(place.mount, gone) if mine else place

    for space in draft.spaces.values():
        draft.put_space(space._replace(root=moved(space.root), cwd=moved(space.cwd)))
    draft.holds = {
        label: one._replace(path=gone) if (one.fs, one.path) == (fs, path) else one
        for label, one in draft.holds.items()
    }


def hold(draft: Draft, asked: operations.Hold) -> None:
    """Open a path and keep it open."""
    if asked.label in draft.holds:
        raise NotUnderstood(f"something is held open as {asked.label!r} already")
    place = resolve(draft, caller(draft, asked.space), asked.path)
    opened = Open(place.mount, draft.mounts[place.mount].fs, place.path)
    draft.holds = {**draft.holds, asked.label: opened}


def release(draft: Draft, asked: operations.Release) -> None:
    """Close what was held open."""
    if asked.label not in draft.holds:
        raise NotUnderstood(f"nothing is held open as {asked.label!r}")
    draft.holds = {label: place for label, place in draft.holds.items() if label != asked.label}
