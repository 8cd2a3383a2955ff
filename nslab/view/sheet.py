"""Lays tables and propagation graphs out on one sheet, panel below panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view import paper as p
from nslab.view.paper import Paper, width
from nslab.view.table import FOLDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure as Drawing

    from nslab.view.forest import Node
    from nslab.view.table import Cell, Line, Table

    Panel = tuple[Table, tuple[Node, ...], str]

MARGIN = 14.0
ROW = 21.0
GAP = 16.0
PILL = 15.0
PAD = 6.0
INDENT = 26.0
SMALL = 8.5


@dataclass(frozen=True, slots=True)
class Placed:
    """A node of the graph with its place: upper edge, depth, height, and width."""

    node: Node
    top: float
    depth: int
    height: float
    width: float
    master: int | None


def sheet(panels: Sequence[Panel], banners: Sequence[str] = ()) -> Drawing:
    """Return a drawing of *panels*, each a table, a graph and a heading.

    *banners* are lines of text that stand below the panel of the same number.
    """
    columns = _columns([table for table, _, _ in panels])
    table_width = sum(columns) + GAP * (len(columns) - 1)
    graphs = [_place(nodes) for _, nodes, _ in panels]
    graph_width = max((placed.depth * INDENT + placed.width for graph in graphs for placed in graph), default=0.0)
    heights = [_height(panel, graph) for panel, graph in zip(panels, graphs)]
    told = [banner.split("\n") if banner else [] for banner in [*banners, *[""] * len(panels)][: len(panels)]]
    banner_width = max((width(line) for lines in told for line in lines), default=0.0)
    total = max(table_width + (GAP * 2 + graph_width if graph_width else 0), banner_width + 2 * PAD)
    banner_heights = [len(lines) * (ROW - 3) + GAP if lines else 0.0 for lines in told]
    page = Paper(total + 2 * MARGIN, sum(heights) + sum(banner_heights) + 2 * MARGIN)
    top = MARGIN
    for panel, graph, height, lines, banner_height in zip(panels, graphs, heights, told, banner_heights):
        _draw_panel(page, panel, graph, columns, top)
        _draw_banner(page, lines, top + height, total)
        top += height + banner_height
    return page.drawing


def _columns(tables: Sequence[Table]) -> list[float]:
    """Return the width of path, what, and each namespace, the same in all tables."""
    count = max(len(table.titles) for table in tables)
    widths = [width("path"), width("what"), *[0.0] * count]
    for table in tables:
        for line in table.lines:
            widths[0] = max(widths[0], width(line.guides + line.name))
            widths[1] = max(widths[1], width(line.what))
            for number, cell in enumerate(line.cells):
                widths[2 + number] = max(widths[2 + number], _cell_width(cell))
        for number, title in enumerate(table.titles):
            widths[2 + number] = max(widths[2 + number], width(title) + 2 * PAD)
    return widths


def _cell_width(cell: Cell | None) -> float:
    if cell is None:
        return width("–")
    extra = width(f" hidden by {cell.covered}", SMALL) if cell.covered else 0.0
    return width(cell.words) + 2 * PAD + (width(" new", SMALL) if cell.new else 0.0) + extra


def _height(panel: Panel, graph: list[Placed]) -> float:
    table, _, heading = panel
    rows = len(table.lines) + 1 + bool(table.folded)
    graph_height = max((placed.top + placed.height for placed in graph), default=0.0)
    return max(rows * ROW, ROW + graph_height if graph else 0.0) + (ROW if heading else 0.0)


def _draw_panel(page: Paper, panel: Panel, graph: list[Placed], columns: list[float], top: float) -> None:
    table, _, heading = panel
    if heading:
        page.text(MARGIN, top + ROW / 2, heading, bold=True, colour=p.FAINT)
        top += ROW
    lefts = [MARGIN + sum(columns[:number]) + GAP * number for number in range(len(columns))]
    _draw_titles(page, table, lefts, columns, top)
    for number, line in enumerate(table.lines):
        _draw_line(page, line, lefts, top + (number + 1) * ROW)
    if table.folded:
        page.text(MARGIN, top + (len(table.lines) + 1.5) * ROW, FOLDED, colour=p.FAINT, size=SMALL)
    if graph:
        left = lefts[-1] + columns[-1] + 2 * GAP
        page.text(left, top + ROW / 2, "peer groups", colour=p.FAINT, size=SMALL)
        _draw_graph(page, graph, left, top + ROW)


def _draw_titles(page: Paper, table: Table, lefts: list[float], columns: list[float], top: float) -> None:
    for left, title in zip(lefts, ("path", "what")):
        page.text(left, top + ROW / 2, title, colour=p.FAINT, size=SMALL)
    for left, title in zip(lefts[2:], table.titles):
        page.text(left + PAD, top + ROW / 2, title, bold=True)
    right = lefts[-1] + columns[-1]
    page.line([(MARGIN, top + ROW - 2), (right, top + ROW - 2)], colour=p.LINE)


def _draw_line(page: Paper, line: Line, lefts: list[float], top: float) -> None:
    middle = top + ROW / 2
    page.text(lefts[0], middle, line.guides, colour=p.LINE)
    page.text(lefts[0] + width(line.guides), middle, line.name)
    page.text(lefts[1], middle, line.what, colour=p.FAINT)
    for left, cell in zip(lefts[2:], line.cells):
        if cell is None:
            page.text(left + PAD, middle, "–", colour=p.LINE)
        else:
            _draw_cell(page, cell, left, middle)


def _draw_cell(page: Paper, cell: Cell, left: float, middle: float) -> None:
    ink, tint = colours(cell.group)
    long = width(cell.words) + 2 * PAD
    top = middle - PILL / 2
    if cell.new:
        page.box(left - 2.5, top - 2.5, long + 5, PILL + 5, edge=p.HALO, fill=p.HALO, round_by=7)
    if cell.group:
        shared = cell.words.startswith("shared")
        page.box(left, top, long, PILL, edge=ink, fill=tint if shared else p.PAPER, dashed=not shared, round_by=5)
    elif cell.words == "unbindable":
        page.box(left, top, long, PILL, edge=p.INK, fill=p.PAPER, thick=1.6, round_by=1)
    elif cell.new:
        page.box(left, top, long, PILL, edge=p.HALO, fill=p.PAPER, round_by=5)
    page.text(left + PAD, middle, cell.words, colour=ink if cell.group else p.FAINT)
    after = left + long
    if cell.covered:
        page.line([(left + 2, middle), (after - 2, middle)], colour=p.INK, thick=1.2)
        page.text(after, middle, f" hidden by {cell.covered}", colour=p.FAINT, size=SMALL)
        after += width(f" hidden by {cell.covered}", SMALL)
    if cell.new:
        page.text(after, middle, " new", colour=p.NEW, size=SMALL, bold=True)


def colours(group: int) -> tuple[str, str]:
    """Return ink and tint for the peer group with this place in the order of names, from 1; ink for none."""
    return p.TINTS[(group - 1) % len(p.TINTS)] if group else (p.INK, p.PAPER)


def _place(nodes: tuple[Node, ...]) -> list[Placed]:
    """Return the nodes from top to bottom, slaves below and to the right of their master."""
    placed: list[Placed] = []

    def put(node: Node, depth: int, master: int | None) -> None:
        top = placed[-1].top + placed[-1].height + 8 if placed else 4.0
        rows = max(1, len(node.members)) + bool(node.origin)
        longest = max([width(member.label) + (width(" new", SMALL) if member.new else 0) for member in node.members],
                      default=width("no member in sight"))
        longest = max(longest, width(f"events from {node.origin}", SMALL) if node.origin else 0)
        heading = width(node.title, SMALL if node.title == "slaves" else 12) + PAD
        placed.append(Placed(node, top, depth, rows * 15 + 9, heading + longest + 3 * PAD, master))
        here = len(placed) - 1
        for slave in node.slaves:
            put(slave, depth + 1, here)

    for node in nodes:
        put(node, 0, None)
    return placed


def _draw_graph(page: Paper, graph: list[Placed], left: float, top: float) -> None:
    for placed in graph:
        ink, tint = colours(placed.node.group)
        x, y = left + placed.depth * INDENT, top + placed.top
        only_slaves = placed.node.title == "slaves"
        fill = p.PAPER if only_slaves or not placed.node.members else tint
        page.box(x, y, placed.width, placed.height, edge=ink, fill=fill, dashed=only_slaves, thick=1.3)
        size = SMALL if only_slaves else 12
        page.text(x + PAD, y + placed.height / 2, placed.node.title, colour=ink, size=size, bold=not only_slaves)
        _draw_members(page, placed, x + 2 * PAD + width(placed.node.title, size) + PAD, y)
        if placed.master is not None:
            above = graph[placed.master]
            start = (x - INDENT / 2, top + above.top + above.height)
            corner = (x - INDENT / 2, y + placed.height / 2)
            tone = colours(above.node.group)[0]
            page.line([start, corner, (x - 1, corner[1])], colour=tone, thick=1.5, arrow=True, dashed=bool(placed.node.origin))


def _draw_members(page: Paper, placed: Placed, x: float, y: float) -> None:
    members = placed.node.members
    if not members:
        page.text(x, y + 12, "no member in sight", colour=p.FAINT)
    for number, member in enumerate(members):
        middle = y + 12 + number * 15
        if member.new:
            page.box(x - 3, middle - 7, width(member.label) + 6, 14, edge=p.HALO, fill=p.HALO, round_by=5)
            page.text(x + width(member.label) + 2, middle, " new", colour=p.NEW, size=SMALL, bold=True)
        page.text(x, middle, member.label)
    if placed.node.origin:
        told = f"events from {placed.node.origin}"
        page.text(x, y + 12 + max(1, len(members)) * 15, told, colour=p.FAINT, size=SMALL)


def _draw_banner(page: Paper, lines: list[str], top: float, total: float) -> None:
    if not lines:
        return
    page.box(MARGIN - 4, top + 4, total + 8, len(lines) * (ROW - 3) + 6, edge=p.PAPER, fill="#f3f4f6")
    for number, line in enumerate(lines):
        command = "# " in line.split(" ", 2)[0] + " "
        page.text(MARGIN + PAD, top + 7 + (number + 0.5) * (ROW - 3), line, bold=command)
