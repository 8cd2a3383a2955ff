"""What the model foresees, as mount tables: the same kind of thing that is read from the kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nslab.state import mountinfo
from nslab.state.mounts import Column, Mounts
from nslab.state.propagation import flags
from nslab.state.tree import Tree

if TYPE_CHECKING:
    from nslab.state.propagation import State


def foreseen(state: State, live: Mounts) -> Mounts:
    """Return the tables that the kernel would show in *state*, which began as *live*.

    A mount that *live* has keeps its identity; one that the model made has its
    model number, which no mount of *live* has. Introduced in chapter 4.
    """
    identities = {mount.id: mount.identity for mount in live.everything()}
    options = {mount.id: mount for mount in live.everything()}
    known = [space for column in live.columns for space in column.spaces]
    namespaces: dict[int, list[str]] = {}
    for name in [*known, *(name for name in state.spaces if name not in known)]:
        if name in state.spaces:
            namespaces.setdefault(state.spaces[name].ns, []).append(name)
    columns = []
    for spaces in namespaces.values():
        shown = [_mount(state, number, spaces[0], options) for number in state.seen_by(spaces[0])]
        mounts = tuple(mount._replace(identity=identities.get(mount.id, mount.id)) for mount in shown)
        columns.append(Column(tuple(spaces), Tree(mounts)))
    return replace(live, columns=tuple(columns))


def _mount(state: State, number: int, space: str, live: dict[int, mountinfo.Mount]) -> mountinfo.Mount:
    mount = state.mounts[number]
    filesystem = state.filesystems[mount.fs]
    device = filesystem.device if any(filesystem.device) else (0, -filesystem.id)
    kept = live.get(number)
    return mountinfo.Mount(
        id=number,
        parent=mount.parent,
        device=device,
        root=mount.root,
        point=state.path(number, state.spaces[space].root),
        options=flags.shown(mount.flags),
        shared=mount.group,
        master=mount.master,
        propagate_from=state.propagate_from(number, space),
        unbindable=mount.unbindable,
        more=(),
        fstype=filesystem.fstype,
        source=kept.source if kept else filesystem.name,
        super_options="",
        identity=number,
    )
