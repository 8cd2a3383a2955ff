"""Locks that the kernel was asked for, put into a state: which mounts can be asked about, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.draft import Draft
from nslab.state.propagation.table import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nslab.state.propagation.table import State, Table

    Answer = tuple[bool | None, Iterable[str] | None]


def askable(table: Table, name: str) -> dict[int, str]:
    """Return the mounts of the space *name* that its paths lead to, each with its path.

    Left out are those that another mount hides. Introduced in chapter 4.
    """
    root = table.spaces[name].root
    seen = table.seen_by(name)
    return {mount: table.path(mount, root) for mount in seen if _leads(table, mount, name)}


def _leads(table: Table, mount: int, name: str) -> bool:
    root = table.spaces[name].root
    if mount != root.mount and table.cover(mount):
        return False
    while mount != root.mount:
        found = table.mounts[mount]
        for point, child in table.children[found.parent].items():
            start = found.parent == root.mount and point == root.path
            if start if child == mount else not start and within(found.point, point):
                return False
        mount = found.parent
    return True


def with_locks(state: State, answers: Mapping[int, Answer]) -> State:
    """Return *state* with the locks in *answers*, by mount: locked or not, and the words that are locked.

    None leaves what the state says. The words are those of :func:`nslab.linux.locks.locks`.
    Introduced in chapter 4.
    """
    draft = Draft(state)
    for mount, (locked, words) in answers.items():
        if locked is not None:
            draft.edit(mount, locked=locked)
        if words is not None:
            atime = flags.LOCK_ATIME if "atime" in words else 0
            draft.edit(mount, locks=flags.read(",".join(words)) & flags.LOCKABLE | atime)
    return draft.done()
