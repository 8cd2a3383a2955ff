"""The attributes of one process: what is its own stands out from what it shares with the host."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.words import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from nslab.state.attributes import Attribute

HEADINGS = {"hidden": "hidden from others", "privileges": "privileges", "limits": "resources"}
OWN, SHARED = "own", "shared"
_INK, _TINT = p.TINTS[1]


class AttributesFigure(Figure):
    """What makes the process of a space a container, as text and picture; ``attributes`` is the same as data.

    Introduced in chapter 1.
    """

    def __init__(self, space: str, attributes: tuple[Attribute, ...]) -> None:
        self.space = space
        self.attributes = attributes

    def text(self) -> str:
        """Return a line for each attribute, in groups."""
        wide = max(len(one.name) for one in self.attributes)
        values = max(len(one.value) for one in self.attributes)
        lines = [f"process of {self.space}"]
        for group, some in groupby(self.attributes, key=lambda one: one.group):
            lines.append(HEADINGS[group])
            lines += [f"  {one.name.ljust(wide)}  {one.value.ljust(values)}  {_mark(one)}" for one in some]
        return "\n".join(lines)

    def description(self) -> str:
        """Return which attributes are the process's own."""
        own = [one.name for one in self.attributes if one.own]
        count = plural(len(self.attributes), "attribute")
        return f"Of {count} of the process of {self.space}, its own are: {', '.join(own) or 'none'}"

    def draw(self) -> Drawing:
        """Return the picture: a row for each attribute, filled where it is the process's own."""
        names = max(p.width(one.name) for one in self.attributes)
        values = max(p.width(one.value) for one in self.attributes)
        groups = len({one.group for one in self.attributes})
        rows = len(self.attributes) + groups + 1
        left = m.MARGIN + m.PAD
        width = left + names + m.GAP + values + m.GAP + p.width(SHARED) + 2 * m.PAD + m.MARGIN
        sheet = p.Paper(width, 2 * m.MARGIN + m.ROW * rows)
        sheet.text(m.MARGIN, m.MARGIN + m.ROW / 2, f"process of {self.space}", bold=True, size=12)
        place = 1
        for group, some in groupby(self.attributes, key=lambda one: one.group):
            sheet.text(m.MARGIN, m.MARGIN + m.ROW * (place + 0.5), HEADINGS[group], colour=p.FAINT)
            place += 1
            for one in some:
                self._row(sheet, one, place, (left, left + names + m.GAP, left + names + values + 2 * m.GAP))
                place += 1
        return sheet.drawing()

    def _row(self, sheet: p.Paper, one: Attribute, place: int, columns: tuple[float, float, float]) -> None:
        middle = m.MARGIN + m.ROW * (place + 0.5)
        name, value, mark = columns
        ink = _INK if one.own else p.FAINT
        if one.own:
            end = mark + p.width(SHARED) + m.PAD
            box = (name - m.PAD, middle - m.PILL / 2 - 2, end - name + m.PAD, m.PILL + 4)
            sheet.box(*box, edge=_INK, fill=_TINT)
        sheet.text(name, middle, one.name, colour=_INK if one.own else p.INK, bold=one.own)
        sheet.text(value, middle, one.value, colour=ink)
        sheet.text(mark, middle, _mark(one), colour=ink, bold=one.own)


def _mark(one: Attribute) -> str:
    return OWN if one.own else SHARED
