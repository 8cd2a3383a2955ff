"""Mounts and propagation: the mount tables by path, and the graph of peer groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view.figure import Figure
from nslab.view.fields import FieldsFigure
from nslab.view.forest import Node, forest
from nslab.view.sheet import sheet
from nslab.view.table import FOLDED, Table, table
from nslab.view.words import plural, propagation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from matplotlib.figure import Figure as Drawing

    from nslab.state.mounts import Mounts

NONE = "–"


class MountsFigure(Figure):
    """The mounts of one or more spaces as text and picture.

    *names* are the peer groups' names; *new* the identities of mounts to mark.
    Introduced in chapter 4.
    """

    def __init__(
        self, mounts: Mounts, names: Mapping[int, str], *, new: Collection[int] = frozenset(), raw: bool = False
    ) -> None:
        self.mounts = mounts
        self.names = {group: str(group) for group in names} if raw else names
        self.table: Table = table(mounts, self.names, new)
        self.forest: tuple[Node, ...] = forest(mounts, self.names, new)

    def text(self) -> str:
        """Return the table, and the peer groups below it."""
        return "\n".join([*table_text(self.table), *forest_text(self.forest)])

    def description(self) -> str:
        """Return how many mounts, namespaces and peer groups are shown."""
        shown = sum(1 for line in self.table.lines for cell in line.cells if cell)
        parts = [plural(shown, "mount"), plural(len(self.table.titles), "mount namespace")]
        groups = ", ".join(self.names.values())
        told = f" and the peer groups {groups}" if groups else ""
        return f"Mount table of {' in '.join(parts)} ({'; '.join(self.table.titles)}){told}"

    def draw(self) -> Drawing:
        """Return the picture: the table, and beside it the graph when there is a peer group."""
        return sheet([(self.table, self.forest, "")])

    def word(self, path: str) -> str:
        """Return the propagation of the visible mount at *path* in words, as in the table. Raises LookupError."""
        return propagation(self.mounts.line(path), self.names)

    def line(self, path: str) -> FieldsFigure:
        """Return the mountinfo line of the visible mount at *path*, field by field. Raises LookupError."""
        return FieldsFigure(self.mounts.line(path), self.names)


def table_text(shown: Table) -> list[str]:
    """Return a table as lines of text."""
    rows = [("path", "what", *shown.titles)]
    for line in shown.lines:
        rows.append((line.guides + line.name, line.what, *(cell.text() if cell else NONE for cell in line.cells)))
    if not shown.lines:
        return ["no mounts here"]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows]
    return lines + ([FOLDED] if shown.folded else [])


def forest_text(nodes: tuple[Node, ...]) -> list[str]:
    """Return the peer groups as a tree of text, masters above their slaves; nothing when there is none."""
    lines = [line for node in nodes for line in _node_text(node, "", "")]
    return ["peer groups", *lines] if lines else []


def _node_text(node: Node, first: str, later: str) -> list[str]:
    members = "  ".join(member.label + (" · new" if member.new else "") for member in node.members) or "no member in sight"
    origin = f"  (events come from {node.origin})" if node.origin else ""
    lines = [f"{first}{node.title}  {members}{origin}"]
    for number, slave in enumerate(node.slaves):
        last = number == len(node.slaves) - 1
        lines += _node_text(slave, later + ("└─▶ " if last else "├─▶ "), later + ("    " if last else "│   "))
    return lines
