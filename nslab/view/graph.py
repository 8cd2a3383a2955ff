"""Draws the propagation graph: a hull for each peer group, arrows from masters to slaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nslab.view import paper as p
from nslab.view.forest import NO_GROUP
from nslab.view.measures import GAP, INDENT, PAD, ROW, SMALL, colours
from nslab.view.paper import width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.view.forest import Node
    from nslab.view.paper import Paper

HEADING = "peer groups"
_TITLE = 12.0
_LINE = 15.0
_BETWEEN = 8.0
_MOST_BELOW = 12
"""Members below each other; a larger group has them in columns."""


@dataclass(frozen=True, slots=True)
class Hull:
    """A node with its place and size; ``master`` is the number of its master's hull."""

    node: Node
    left: float
    top: float
    width: float
    height: float
    master: int | None


@dataclass(frozen=True, slots=True)
class Graph:
    """All hulls, and the space they take with the heading."""

    hulls: tuple[Hull, ...]
    width: float
    height: float


def arrange(nodes: Sequence[Node], room: float = 0.0) -> Graph:
    """Return the *nodes* with their places: in one column, or in as many as fit into *room* points.

    A tree stands in one column, slaves below and to the right of their master;
    each comes to the shortest column.
    """
    if not nodes:
        return Graph((), 0.0, 0.0)
    trees = [_tree(node) for node in nodes]
    wide = max(_right(tree) for tree in trees)
    count = max(1, min(len(trees), int((room + GAP) // (wide + GAP))))
    bottoms = [ROW] * count
    hulls: list[Hull] = []
    for tree in trees:
        column = bottoms.index(min(bottoms))
        hulls += _moved(tree, column * (wide + GAP), bottoms[column], len(hulls))
        bottoms[column] += _bottom(tree) + _BETWEEN
    return Graph(tuple(hulls), max(wide * count + GAP * (count - 1), width(HEADING, SMALL)), max(bottoms))


def draw_graph(page: Paper, graph: Graph, left: float, top: float) -> None:
    """Draw *graph* with its left upper corner at *left* and *top*."""
    page.text(left, top + ROW / 2, HEADING, colour=p.FAINT, size=SMALL)
    for hull in graph.hulls:
        placed = replace(hull, left=left + hull.left, top=top + hull.top)
        _draw_hull(page, placed)
        if hull.master is not None:
            master = graph.hulls[hull.master]
            _draw_arrow(page, replace(master, left=left + master.left, top=top + master.top), placed)


def _tree(top: Node) -> list[Hull]:
    """Return the hulls of a tree from top to bottom, as if it were alone."""
    hulls: list[Hull] = []

    def put(node: Node, depth: int, master: int | None) -> None:
        below = hulls[-1].top + hulls[-1].height + _BETWEEN if hulls else 0.0
        hulls.append(Hull(node, depth * INDENT, below, *_size(node), master))
        here = len(hulls) - 1
        for slave in node.slaves:
            put(slave, depth + 1, here)

    put(top, 0, None)
    return hulls


def _size(node: Node) -> tuple[float, float]:
    lines = _lines(node)
    across = -(-len(lines) // _MOST_BELOW)
    longest = across * _line_width(lines) + (across - 1) * GAP
    heading = width(node.title, _title_size(node))
    return heading + longest + 4 * PAD, -(-len(lines) // across) * _LINE + 9


def _line_width(lines: list[tuple[str, bool]]) -> float:
    return max(width(text) + (width(" new", SMALL) if new else 0.0) for text, new in lines)


def _lines(node: Node) -> list[tuple[str, bool]]:
    return [(member.label, member.new) for member in node.members] or [(node.note, False)]


def _title_size(node: Node) -> float:
    return SMALL if node.title == NO_GROUP else _TITLE


def _right(tree: list[Hull]) -> float:
    return max(hull.left + hull.width for hull in tree)


def _bottom(tree: list[Hull]) -> float:
    return tree[-1].top + tree[-1].height


def _moved(tree: list[Hull], left: float, top: float, first: int) -> list[Hull]:
    """Return the *tree* at another place, behind *first* other hulls."""
    return [
        replace(
            hull,
            left=hull.left + left,
            top=hull.top + top,
            master=None if hull.master is None else hull.master + first,
        )
        for hull in tree
    ]


def _draw_hull(page: Paper, hull: Hull) -> None:
    node = hull.node
    ink, tint = colours(node.group)
    only_slaves = node.title == NO_GROUP
    fill = p.PAPER if only_slaves or not node.members else tint
    page.box(hull.left, hull.top, hull.width, hull.height, edge=ink, fill=fill, dashed=only_slaves, thick=1.3)
    size = _title_size(node)
    page.text(
        hull.left + PAD, hull.top + hull.height / 2, node.title, colour=ink, size=size, bold=not only_slaves
    )
    _draw_members(page, node, hull.left + 3 * PAD + width(node.title, size), hull.top + 12)


def _draw_members(page: Paper, node: Node, left: float, top: float) -> None:
    lines = _lines(node)
    below = -(-len(lines) // -(-len(lines) // _MOST_BELOW))
    for number, (label, new) in enumerate(lines):
        column, row = divmod(number, below)
        x, middle = left + column * (_line_width(lines) + GAP), top + row * _LINE
        if new:
            page.box(x - 3, middle - 7, width(label) + 6, 14, edge=p.HALO, fill=p.HALO, round_by=5)
            page.text(x + width(label) + 2, middle, " new", colour=p.NEW, size=SMALL, bold=True)
        page.text(x, middle, label, colour=p.INK if node.members else p.FAINT)


def _draw_arrow(page: Paper, master: Hull, slave: Hull) -> None:
    """Draw the arrow along which events go, down from the master, then right."""
    x, y = slave.left - INDENT / 2, slave.top + slave.height / 2
    tone = colours(master.node.group)[0]
    page.arrow(
        [(x, master.top + master.height), (x, y), (slave.left - 1, y)],
        colour=tone,
        dashed=slave.node.indirect,
    )
