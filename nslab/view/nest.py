"""Nested boxes, one for each PID namespace; a process stands in the innermost that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view import brood
from nslab.view import measures as m
from nslab.view import paper as p

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure as Drawing

    from nslab.state.lives import Lives
    from nslab.state.processes import PidNamespace, Process
    from nslab.view.brood import Shown

INDENT = 18.0
LANE = 9.0
"""Points between the lines of those who came in from outside."""

_NAME = 4.0
_EDGE = 10.0
"""Points between the right borders of a box and of one inside it."""


@dataclass(slots=True)
class _Place:
    """Where a process's name begins, and the middle of its row."""

    x: float
    y: float


@dataclass(slots=True)
class _Box:
    """A namespace's box: its left border, top and bottom."""

    left: float
    top: float
    bottom: float = 0.0


class _Nest:
    """Places everything, row below row."""

    def __init__(self, shown: Shown, half: float) -> None:
        self.shown, self.half = shown, half
        self.places: dict[int, _Place] = {}
        self.boxes: dict[int, _Box] = {}
        self.y = m.MARGIN
        inits = {one.init: one for one in shown.namespaces}
        parents = {process.pid: process.parent for process in shown.every}
        self.anchors = {one.number: parents.get(pid, 0) for pid, one in inits.items()}
        for one in shown.namespaces:
            if one.number not in self.boxes:
                self.box(one, m.MARGIN + half)

    def box(self, namespace: PidNamespace, left: float) -> None:
        made = self.boxes[namespace.number] = _Box(left, self.y)
        self.y += m.ROW
        inside = left + self.half + m.PAD
        members = {process.pid for process in self.shown.every if process.namespace == namespace.number}
        for process in self.shown.every:
            if process.pid in members and process.parent not in members:
                self.process(process, inside)
        for one in self.shown.namespaces:
            if one.parent == namespace.number and one.number not in self.boxes:
                self.box(one, inside + self.half)
        made.bottom = self.y = self.y + m.PAD

    def process(self, process: Process, x: float) -> None:
        self.places[process.pid] = _Place(x, self.y + m.ROW / 2)
        self.y += m.ROW
        for child in self.shown.children.get(process.pid, ()):
            if child.namespace == process.namespace:
                self.process(child, x + INDENT)
        for one in self.shown.namespaces:
            if one.parent == process.namespace and self.anchors.get(one.number) == process.pid:
                self.y += m.PAD
                self.box(one, x + INDENT + self.half)


def draw_nest(
    shown: Shown,
    titles: Mapping[int, str],
    notes: Mapping[int, str],
    lives: Lives,
    remarks: Sequence[str],
) -> Drawing:
    """Return the picture; *titles* names the namespaces, *notes* stands behind the names.

    *remarks* are lines for below the boxes.
    """
    from nslab.view.processes import label

    digits = max((len(str(pid)) for process in shown.every for pid in process.pids), default=1)
    nest = _Nest(shown, p.width("0" * digits, m.SMALL) / 2 + 5)
    names = {process.pid: label(process) for process in shown.every}
    strangers = [process for process in shown.every if _stranger(nest, process)]
    ends = {pid: _end(place, names[pid], notes[pid]) for pid, place in nest.places.items()}
    wide = _right(nest, titles, ends, len(strangers))
    total = max([wide, *(m.MARGIN + p.width(line) for line in remarks)]) + m.MARGIN
    page = p.Paper(total, nest.y + len(remarks) * m.ROW + m.MARGIN)
    _draw_boxes(page, nest, titles, wide)
    _draw_processes(page, nest, names, notes, lives)
    _draw_lines(page, nest, lives)
    for number, process in enumerate(strangers, start=1):
        _draw_lane(page, nest, process, ends, wide - number * LANE)
    for number, line in enumerate(remarks):
        page.text(m.MARGIN, nest.y + (number + 0.8) * m.ROW, line, colour=p.FAINT)
    return page.drawing()


def _end(place: _Place, name: str, note: str) -> float:
    return place.x + p.width(name) + (p.width(f" {note}", m.SMALL) + m.PAD if note else 0.0)


def _stranger(nest: _Nest, process: Process) -> bool:
    """Return whether the line from its parent has to come in past the box's other processes."""
    parent = next((one for one in nest.shown.every if one.pid == process.parent), None)
    anchored = nest.anchors.get(process.namespace) == process.parent and process.reaper
    return parent is not None and parent.namespace != process.namespace and not anchored


def _right(nest: _Nest, titles: Mapping[int, str], ends: Mapping[int, float], lanes: int) -> float:
    """Return where the outermost box ends."""
    deepest = max((one.level for one in nest.shown.namespaces), default=0)
    headings = [
        nest.boxes[number].left + m.PAD + p.width(f"PID namespace {title}", m.SMALL)
        for number, title in titles.items()
    ]
    return max([0.0, *ends.values(), *headings]) + 2 * m.PAD + deepest * _EDGE + lanes * LANE


def _draw_boxes(page: p.Paper, nest: _Nest, titles: Mapping[int, str], right: float) -> None:
    lanes = sum(_stranger(nest, process) for process in nest.shown.every) * LANE
    for order, one in enumerate(nest.shown.namespaces, start=1):
        box = nest.boxes[one.number]
        ink, tint = m.colours(order)
        inner = right - one.level * _EDGE - (lanes if one.level else 0.0)
        page.box(box.left, box.top, inner - box.left, box.bottom - box.top, edge=ink, fill=tint, thick=1.4)
        heading = f"PID namespace {titles[one.number]}"
        page.text(box.left + m.PAD, box.top + m.ROW / 2, heading, colour=ink, size=m.SMALL, bold=True)


def _draw_processes(
    page: p.Paper, nest: _Nest, names: Mapping[int, str], notes: Mapping[int, str], lives: Lives
) -> None:
    order = {one.number: place for place, one in enumerate(nest.shown.namespaces, start=1)}
    for process in nest.shown.every:
        place, name = nest.places[process.pid], names[process.pid]
        changed = process.pid in lives.new or process.pid in lives.adopted
        if changed:
            wide = p.width(name) + 4
            page.box(place.x - 2, place.y - m.PILL / 2, wide, m.PILL, edge=p.HALO, fill=p.HALO)
        page.text(
            place.x, place.y, name, bold=bool(process.space), colour=p.FAINT if process.zombie else p.INK
        )
        at = place.x + p.width(name) + m.PAD
        page.text(at, place.y, notes[process.pid], size=m.SMALL, colour=p.NEW if changed else p.FAINT)
        for number in brood.chain(nest.shown, process):
            level = next(one.level for one in nest.shown.namespaces if one.number == number)
            _pill(page, nest, nest.boxes[number].left, place.y, str(process.pids[level]), order[number])


def _pill(page: p.Paper, nest: _Nest, x: float, y: float, text: str, order: int) -> None:
    ink, _ = m.colours(order)
    page.box(x - nest.half, y - m.PILL / 2, 2 * nest.half, m.PILL, edge=ink, fill=p.PAPER, round_by=7)
    page.text(x - p.width(text, m.SMALL) / 2, y, text, size=m.SMALL, colour=ink, bold=True)


def _draw_lines(page: p.Paper, nest: _Nest, lives: Lives) -> None:
    for process in nest.shown.every:
        parent = nest.places.get(process.parent)
        if parent is None or _stranger(nest, process):
            continue
        place = nest.places[process.pid]
        inside = nest.shown.children and any(
            one.pid == process.parent and one.namespace == process.namespace for one in nest.shown.every
        )
        end = place.x - _NAME if inside else nest.boxes[process.namespace].left - nest.half
        adopted = process.pid in lives.adopted
        trunk = [(parent.x + 5, parent.y + m.ROW / 2 - 3), (parent.x + 5, place.y), (end, place.y)]
        page.line(trunk, colour=p.NEW if adopted else p.FAINT, thick=1.8 if adopted else 1.0)


def _draw_lane(page: p.Paper, nest: _Nest, process: Process, ends: Mapping[int, float], lane: float) -> None:
    """Draw the line of one whose parent is outside of its namespace: it joined, and was not born there."""
    parent, place = nest.places[process.parent], nest.places[process.pid]
    points = [
        (ends[process.parent] + _NAME, parent.y),
        (lane, parent.y),
        (lane, place.y),
        (ends[process.pid] + _NAME, place.y),
    ]
    page.line(points, dashed=True)
