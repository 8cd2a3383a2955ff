"""Mounts and propagation: the mount tables by path, and the graph of peer groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view.fields import FieldsFigure
from nslab.view.figure import Figure
from nslab.view.fold import fold
from nslab.view.forest import Node, forest
from nslab.view.graph import HEADING
from nslab.view.sheet import PREDICTION, Panel, sheet
from nslab.view.table import EMPTY, Line, Table, table
from nslab.view.words import plural, propagation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from matplotlib.figure import Figure as Drawing

    from nslab.state.mounts import Mounts

NONE = "–"


class MountsFigure(Figure):
    """The mounts of one or more spaces as text and picture.

    *names* are the peer groups' names; *new* the identities of mounts to mark,
    *locked* of those that are locked; a *prediction* says that it is one.
    Introduced in chapter 4.
    """

    def __init__(
        self,
        mounts: Mounts,
        names: Mapping[int, str],
        *,
        new: Collection[int] = frozenset(),
        locked: Collection[int] = frozenset(),
        prediction: bool = False,
        raw: bool = False,
    ) -> None:
        self.mounts = mounts
        self.names = {group: str(group) for group in names} if raw else names
        self.prediction = prediction
        shown = fold(mounts, new, locked)
        self._panel = Panel(table(shown, self.names), forest(shown, self.names))

    def text(self) -> str:
        """Return the table, and the peer groups below it."""
        return "\n".join([*([PREDICTION] if self.prediction else []), *panel_text(self._panel)])

    def description(self) -> str:
        """Return how many mounts, namespaces and peer groups are shown."""
        shown = self._panel.table
        count = sum(1 for line in shown.lines for cell in line.cells if cell)
        spaces = plural(len(shown.titles), "mount namespace")
        where = f"{plural(count, 'mount')} in {spaces} ({'; '.join(shown.titles)})"
        groups = ", ".join(self.names.values())
        told = f" and the peer groups {groups}" if groups else ""
        return f"{'Predicted mount' if self.prediction else 'Mount'} table of {where}{told}"

    def draw(self) -> Drawing:
        """Return the picture: the table, and the graph when there is a peer group."""
        return sheet([self._panel], prediction=self.prediction)

    def word(self, path: str) -> str:
        """Return the propagation of the visible mount at *path*, as in the table. Raises LookupError."""
        return propagation(self.mounts.line(path), self.names)

    def line(self, path: str) -> FieldsFigure:
        """Return the mountinfo line of the visible mount at *path*, field by field. Raises LookupError."""
        return FieldsFigure(self.mounts.line(path), self.names)


def panel_text(panel: Panel) -> list[str]:
    """Return a table and the peer groups below it as lines of text."""
    return [*_table_text(panel.table), *_forest_text(panel.nodes)]


def _table_text(shown: Table) -> list[str]:
    if not shown.lines:
        return [EMPTY, *shown.notes]
    rows: list[tuple[str, ...]] = [("path", "what", *shown.titles)]
    rows += [_row(line) for line in shown.lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return [*lines, *shown.notes]


def _row(line: Line) -> tuple[str, ...]:
    return line.guides + line.name, line.what, *(cell.text() if cell else NONE for cell in line.cells)


def _forest_text(nodes: tuple[Node, ...]) -> list[str]:
    """Return the peer groups as a tree of text, masters above their slaves; nothing when there is none."""
    lines = [line for node in nodes for line in _node_text(node, "", "")]
    return [HEADING, *lines] if lines else []


def _node_text(node: Node, first: str, later: str) -> list[str]:
    members = (
        "  ".join(member.label + (" · new" if member.new else "") for member in node.members) or node.note
    )
    lines = [f"{first}{node.title}  {members}"]
    for number, slave in enumerate(node.slaves):
        last = number == len(node.slaves) - 1
        arrow = ("└" if last else "├") + ("┄▶ " if slave.indirect else "─▶ ")
        lines += _node_text(slave, later + arrow, later + ("    " if last else "│   "))
    return lines
