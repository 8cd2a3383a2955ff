"""Lays tables and propagation graphs out on one sheet, panel below panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view import paper as p
from nslab.view.graph import Graph, arrange, draw_graph
from nslab.view.grid import column_widths, draw_grid, grid_height, grid_width
from nslab.view.measures import GAP, MARGIN, PAD, ROW
from nslab.view.paper import Paper, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure as Drawing

    from nslab.view.forest import Node
    from nslab.view.table import Table

PREDICTION = "prediction, not yet read from the kernel"
"""Said of a state that the model made."""

_TALL = 260.0
"""Points of height up to which a graph may always stand beside its table."""

_PAGE = 600.0 - 2 * MARGIN
"""Points of width that a notebook shows without making letters smaller, beside JupyterLab's folder list."""

_NARROW = 560.0
"""Points of width that a graph below its table may always take."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A table, the graph of its peer groups, a heading, and lines that stand below, commands in bold."""

    table: Table
    nodes: tuple[Node, ...]
    heading: str = ""
    lines: tuple[str, ...] = ()


def sheet(panels: Sequence[Panel], *, prediction: bool = False) -> Drawing:
    """Return a drawing of *panels*; that of a *prediction* says so and has a dashed border."""
    tables = [panel.table for panel in panels]
    columns = column_widths(tables)
    table_width = grid_width(columns, tables)
    graphs, beside = _graphs(panels, table_width)
    total = max(
        _width(panel, graph, table_width, beside=beside) for panel, graph in zip(panels, graphs, strict=True)
    )
    heights = [_height(panel, graph, beside=beside) for panel, graph in zip(panels, graphs, strict=True)]
    top = MARGIN + (ROW if prediction else 0.0)
    total = max(total, width(PREDICTION)) if prediction else total
    page = Paper(total + 2 * MARGIN, top + sum(heights) + MARGIN)
    _draw_border(page, prediction=prediction)
    for panel, graph, height in zip(panels, graphs, heights, strict=True):
        _draw_panel(page, panel, graph, columns, top, MARGIN + table_width + 2 * GAP if beside else 0.0)
        _draw_lines(page, panel.lines, top + height)
        top += height
    return page.drawing()


def _graphs(panels: Sequence[Panel], table_width: float) -> tuple[list[Graph], bool]:
    """Return the graphs, and whether they stand beside their tables: not if that is wide or mostly empty."""
    graphs = [arrange(panel.nodes) for panel in panels]
    heights = [max(_TALL, 1.5 * grid_height(panel.table)) for panel in panels]
    wide = table_width + max(2 * GAP + graph.width for graph in graphs) > _PAGE
    if not wide and all(graph.height <= height for graph, height in zip(graphs, heights, strict=True)):
        return graphs, True
    return [arrange(panel.nodes, max(table_width, _NARROW)) for panel in panels], False


def _width(panel: Panel, graph: Graph, table_width: float, *, beside: bool) -> float:
    lines = [width(line) + 2 * PAD for line in panel.lines]
    if beside:
        return max([table_width + (2 * GAP + graph.width if graph.hulls else 0.0), *lines])
    return max([table_width, graph.width, *lines])


def _height(panel: Panel, graph: Graph, *, beside: bool) -> float:
    table = grid_height(panel.table)
    both = max(table, graph.height) if beside else table + graph.height
    return both + (ROW if panel.heading else 0.0) + _lines_height(panel.lines)


def _lines_height(lines: Sequence[str]) -> float:
    return len(lines) * (ROW - 3) + GAP + 8 if lines else 0.0


def _draw_border(page: Paper, *, prediction: bool) -> None:
    inside = page.width - 2, page.height - 2
    look = p.NEW if prediction else p.LINE
    page.box(
        1,
        1,
        *inside,
        edge=look,
        fill=p.PAPER,
        dashed=prediction,
        thick=1.6 if prediction else 1.0,
        round_by=6,
    )
    if prediction:
        page.text(MARGIN, MARGIN + ROW / 2 - 2, PREDICTION, colour=p.NEW, bold=True)


def _draw_panel(
    page: Paper, panel: Panel, graph: Graph, columns: Sequence[float], top: float, beside: float
) -> None:
    if panel.heading:
        page.text(MARGIN, top + ROW / 2, panel.heading, bold=True, colour=p.FAINT)
        top += ROW
    draw_grid(page, panel.table, columns, top)
    if graph.hulls:
        draw_graph(page, graph, beside or MARGIN, top if beside else top + grid_height(panel.table))


def _draw_lines(page: Paper, lines: Sequence[str], bottom: float) -> None:
    """Draw commands and what they caused in a band that ends near *bottom*."""
    if not lines:
        return
    tall = len(lines) * (ROW - 3) + 6
    top = bottom - tall - GAP / 2
    page.box(MARGIN - 4, top, page.width - 2 * MARGIN + 8, tall, edge="#f3f4f6", fill="#f3f4f6")
    for number, line in enumerate(lines):
        command = "# " in line.split(" ", 2)[0] + " "
        page.text(MARGIN + PAD, top + 3 + (number + 0.5) * (ROW - 3), line, bold=command)
