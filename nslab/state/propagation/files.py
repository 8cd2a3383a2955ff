"""Directories and files, as far as mounts need them: something to mount on, something to hold open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.mounting import caller
from nslab.state.propagation.paths import kind_at, resolve
from nslab.state.propagation.refused import NotUnderstood, Refused
from nslab.state.propagation.table import Place

if TYPE_CHECKING:
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
    if filesystem.read_only or found.flags & flags.RO:
        raise Refused("path.read-only", path=path)
    draft.put_filesystem(filesystem._replace(paths={**filesystem.paths, down.path: kind}))


def hold(draft: Draft, asked: operations.Hold) -> None:
    """Open a path and keep it open."""
    if asked.label in draft.holds:
        raise NotUnderstood(f"something is held open as {asked.label!r} already")
    draft.holds = {**draft.holds, asked.label: resolve(draft, caller(draft, asked.space), asked.path)}


def release(draft: Draft, asked: operations.Release) -> None:
    """Close what was held open."""
    if asked.label not in draft.holds:
        raise NotUnderstood(f"nothing is held open as {asked.label!r}")
    draft.holds = {label: place for label, place in draft.holds.items() if label != asked.label}
