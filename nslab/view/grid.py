"""Draws a mount table: a row for each path, a column for each mount namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view import paper as p
from nslab.view.measures import GAP, MARGIN, PAD, PILL, ROW, SMALL, colours
from nslab.view.paper import width
from nslab.view.table import EMPTY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.view.paper import Paper
    from nslab.view.table import Cell, Line, Table

_NONE = "–"
_LOCK = 13.0
"""Width of a padlock with its distance to the left."""

_LOCKED = "locked"
_GUIDE = 3
"""Letters that a step of the tree guides takes."""


def column_widths(tables: Sequence[Table]) -> list[float]:
    """Return the width of path, what, and each namespace, the same in all *tables*."""
    count = max(len(table.titles) for table in tables)
    widths = [width("path"), width("what"), *[0.0] * count]
    for table in tables:
        for line in table.lines:
            widths[0] = max(widths[0], width(line.guides + line.name))
            widths[1] = max(widths[1], width(line.what))
        for number, title in enumerate(table.titles, 2):
            cells = [_cell_width(line.cells[number - 2]) for line in table.lines]
            widths[number] = max([widths[number], width(title) + 2 * PAD, *cells])
    return widths


def grid_height(table: Table) -> float:
    """Return the height of *table* with its titles and notes."""
    return (_rows(table) + len(_notes(table))) * ROW


def grid_width(columns: Sequence[float], tables: Sequence[Table]) -> float:
    """Return the width of columns this wide, or of the longest note below them."""
    notes = [width(note, SMALL) + _LOCK for table in tables for note in _notes(table)]
    return max([sum(columns) + GAP * (len(columns) - 1), width(EMPTY), *notes])


def draw_grid(page: Paper, table: Table, columns: Sequence[float], top: float) -> None:
    """Draw *table* from *top* downwards."""
    lefts = [MARGIN + sum(columns[:number]) + GAP * number for number in range(len(columns))]
    if table.lines:
        _draw_titles(page, table, lefts, columns, top)
    else:
        page.text(MARGIN, top + ROW / 2, EMPTY, colour=p.FAINT)
    for number, line in enumerate(table.lines, 1):
        _draw_line(page, line, lefts, top + number * ROW)
    bottom = top + _rows(table) * ROW
    for number, note in enumerate(_notes(table)):
        middle = bottom + (number + 0.5) * ROW
        if note == _LOCKED:
            _draw_padlock(page, MARGIN, middle)
        page.text(MARGIN + (_LOCK if note == _LOCKED else 0.0), middle, note, colour=p.FAINT, size=SMALL)


def _rows(table: Table) -> int:
    """Return how many rows the table takes with its titles."""
    return len(table.lines) + 1


def _notes(table: Table) -> list[str]:
    """Return the notes below the table, with the padlock's meaning when there is one."""
    locked = any(cell and cell.locked for line in table.lines for cell in line.cells)
    return [*table.notes, *([_LOCKED] if locked else [])]


def _cell_width(cell: Cell | None) -> float:
    if cell is None:
        return width(_NONE) + PAD
    marks = [*([f" hidden by {cell.covered}"] if cell.covered else []), *([" new"] if cell.new else [])]
    return (
        width(cell.words)
        + 2 * PAD
        + (_LOCK if cell.locked else 0.0)
        + sum(width(mark, SMALL) for mark in marks)
    )


def _draw_titles(page: Paper, table: Table, lefts: list[float], columns: Sequence[float], top: float) -> None:
    for left, title in zip(lefts[:2], ("path", "what"), strict=True):
        page.text(left, top + ROW / 2, title, colour=p.FAINT, size=SMALL)
    for left, title in zip(lefts[2:], table.titles, strict=False):
        page.text(left + PAD, top + ROW / 2, title, bold=True)
    right = lefts[-1] + columns[-1]
    page.line([(MARGIN, top + ROW - 2), (right, top + ROW - 2)], colour=p.LINE)


def _draw_line(page: Paper, line: Line, lefts: list[float], top: float) -> None:
    middle = top + ROW / 2
    _draw_guides(page, line.guides, lefts[0], top)
    page.text(lefts[0] + width(line.guides), middle, line.name)
    page.text(lefts[1], middle, line.what, colour=p.FAINT)
    for left, cell in zip(lefts[2:], line.cells, strict=False):
        if cell is None:
            page.text(left + PAD, middle, _NONE, colour=p.FAINT)
        else:
            _draw_cell(page, cell, left, middle)


def _draw_guides(page: Paper, guides: str, left: float, top: float) -> None:
    """Draw what the text twin says with ``│``, ``├─`` and ``└─``."""
    for step in range(0, len(guides), _GUIDE):
        kind = guides[step]
        x = left + width("x") * (step + 0.5)
        end = top + (ROW / 2 if kind == "└" else ROW)
        if kind != " ":
            page.line([(x, top), (x, end)], colour=p.LINE)
        if kind in "├└":
            page.line([(x, top + ROW / 2), (x + width("x") * 1.5, top + ROW / 2)], colour=p.LINE)


def _draw_cell(page: Paper, cell: Cell, left: float, middle: float) -> None:
    ink = colours(cell.group)[0] if cell.group else p.FAINT
    long = width(cell.words) + 2 * PAD
    _draw_pill(page, cell, left, middle - PILL / 2, long)
    page.text(left + PAD, middle, cell.words, colour=ink)
    after = left + long
    if cell.covered:
        page.line([(left + 2, middle), (after - 2, middle)], colour=p.INK, thick=1.2, over_words=True)
    if cell.locked:
        _draw_padlock(page, after + 5, middle)
        after += _LOCK
    if cell.new:
        page.text(after, middle, " new", colour=p.NEW, size=SMALL, bold=True)
        after += width(" new", SMALL)
    if cell.covered:
        page.text(after, middle, f" hidden by {cell.covered}", colour=p.FAINT, size=SMALL)


def _draw_pill(page: Paper, cell: Cell, left: float, top: float, long: float) -> None:
    ink, tint = colours(cell.group)
    if cell.new:
        page.box(left - 2.5, top - 2.5, long + 5, PILL + 5, edge=p.HALO, fill=p.HALO, round_by=7)
    if cell.group:
        shared = cell.words.startswith("shared")
        page.box(
            left, top, long, PILL, edge=ink, fill=tint if shared else p.PAPER, dashed=not shared, round_by=5
        )
    elif cell.words == "unbindable":
        page.box(left, top, long, PILL, edge=p.INK, fill=p.PAPER, thick=1.6, round_by=1)
    elif cell.new:
        page.box(left, top, long, PILL, edge=p.HALO, fill=p.PAPER, round_by=5)


def _draw_padlock(page: Paper, left: float, middle: float) -> None:
    """Draw a closed padlock, 6 points wide."""
    shackle = [(left + 1, middle), (left + 1, middle - 3), (left + 2.2, middle - 4.4)]
    shackle += [(left + 3.8, middle - 4.4), (left + 5, middle - 3), (left + 5, middle)]
    page.line(shackle, colour=p.INK, thick=1.1)
    page.shape(
        [(left, middle - 0.6), (left + 6, middle - 0.6), (left + 6, middle + 4.2), (left, middle + 4.2)],
        fill=p.INK,
    )
