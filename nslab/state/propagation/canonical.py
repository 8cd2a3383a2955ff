"""One way to write a state, whatever numbers the kernel gave: what makes two states the same.

Groups and file systems are named in order of first sight; mounts are known by where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.table import Place, relative

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nslab.state.propagation.table import Table


def canonical(table: Table, spaces: Iterable[str] | None = None, *, locks: bool = False) -> str:
    r"""Return what the spaces see of their mounts, as text that is equal for equal states.

    A line for each mount: where it is on its parent, what it shows, its options, its group and master,
    and ``propagate_from`` as that space sees it. With *locks* also what mountinfo does not tell.

    >>> from nslab.state.propagation import parse_state
    >>> print(canonical(parse_state("space host\n/ root\n/mnt data[/x] shared:A\n")))
    host
      . 1/ rw,relatime
        /mnt 2/x rw,relatime shared:1
    """
    names = _Names()
    lines: list[str] = []
    for space in table.spaces if spaces is None else spaces:
        lines.append(space)
        root = table.spaces[space].root
        if root.mount in table.mounts:
            _write(table, space, root, names, lines, locks=locks)
    return "\n".join(lines)


class _Names:
    """Numbers in order of first sight."""

    def __init__(self) -> None:
        self.groups: dict[int, int] = {}
        self.filesystems: dict[int, int] = {}

    def group(self, number: int) -> int:
        return self.groups.setdefault(number, len(self.groups) + 1)

    def filesystem(self, number: int) -> int:
        return self.filesystems.setdefault(number, len(self.filesystems) + 1)


def _write(table: Table, space: str, root: Place, names: _Names, lines: list[str], *, locks: bool) -> None:
    whole = table.mounts[root.mount].root == root.path
    pending = [(root.mount, ".", 1)] if whole else _below(table, root.mount, root.path, 0)
    while pending:
        mount, where, depth = pending.pop()
        lines.append("  " * depth + where + _line(table, mount, space, names, locks=locks))
        pending.extend(_below(table, mount, table.mounts[mount].root, depth))


def _below(table: Table, mount: int, path: str, depth: int) -> list[tuple[int, str, int]]:
    """Return the mounts on *mount* below *path*, the last in path order first."""
    inside = table.children.get(mount)
    if not inside:
        return []
    found = [(relative(table.mounts[child].point, path), child) for child in table.inside(mount, path)]
    return [(child, where or ".", depth + 1) for where, child in sorted(found, reverse=True)]


def _line(table: Table, mount: int, space: str, names: _Names, *, locks: bool) -> str:
    found = table.mounts[mount]
    line = f" {names.filesystem(found.fs)}{found.root} {flags.shown(found.flags)}"
    if found.group:
        line += f" shared:{names.group(found.group)}"
    if found.master:
        line += f" master:{names.group(found.master)}"
        if origin := table.propagate_from(mount, space):
            line += f" propagate_from:{names.group(origin)}"
    if found.unbindable:
        line += " unbindable"
    if locks:
        line += (" locked" if found.locked else "") + (f" locks:{found.locks}" if found.locks else "")
    return line
