"""Who owns which namespace: user namespaces as the backbone of a tree, and what keeps each alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.namespaces import letter_place
from nslab.view.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure as Drawing

    from nslab.state.namespaces import Namespace, Namespaces

NOBODY = "no process"
STEP = 24.0


@dataclass(frozen=True, slots=True)
class _Line:
    guides: str
    depth: int
    one: Namespace
    label: str
    words: str


class OwnershipFigure(Figure):
    """The namespaces below the user namespaces that own them; ``namespaces`` is the same as data.

    Behind each stand the spaces in it, and what else keeps it alive. Introduced in chapter 3.
    """

    def __init__(self, namespaces: Namespaces) -> None:
        self.namespaces = namespaces
        self._lines = tuple(self._walk(namespaces.roots(), "", 0))

    def text(self) -> str:
        """Return the tree, a line for each namespace."""
        wide = max((len(line.guides + line.label) for line in self._lines), default=0)
        return "\n".join(f"{(line.guides + line.label).ljust(wide)}  {line.words}" for line in self._lines)

    def description(self) -> str:
        """Return how many namespaces there are, and which have no process in them."""
        alone = [line.label for line in self._lines if line.words.startswith(NOBODY)]
        told = f"; without a process: {', '.join(alone)}" if alone else ""
        users = sum(1 for line in self._lines if line.one.kind == "user")
        return (
            f"{plural(len(self._lines), 'namespace')} below {plural(users, 'user namespace')}"
            f" that own them{told}"
        )

    def draw(self) -> Drawing:
        """Return the picture: a row for each namespace, user namespaces filled, lines from owner to owned."""
        ends = [
            _left(line) + p.width(line.label) + 2 * m.PAD + m.PAD + p.width(line.words)
            for line in self._lines
        ]
        height = 2 * m.MARGIN + m.ROW * len(self._lines)
        sheet = p.Paper(max(ends, default=0.0) + m.MARGIN, height)
        for place, line in enumerate(self._lines):
            self._row(sheet, line, m.MARGIN + m.ROW * (place + 0.5))
            self._branch(sheet, place)
        return sheet.drawing()

    def _row(self, sheet: p.Paper, line: _Line, middle: float) -> None:
        x, wide = _left(line), p.width(line.label)
        ink, tint = m.colours(letter_place(self.namespaces.letters[line.one.number]))
        user = line.one.kind == "user"
        box = (x, middle - m.PILL / 2 - 1, wide + 2 * m.PAD, m.PILL + 2)
        sheet.box(*box, edge=ink, fill=tint if user else p.PAPER, thick=1.5 if user else 1.0)
        sheet.text(x + m.PAD, middle, line.label, colour=ink, bold=user)
        alone = line.words.startswith(NOBODY)
        sheet.text(x + wide + 3 * m.PAD, middle, line.words, colour=p.NEW if alone else p.INK)

    def _branch(self, sheet: p.Paper, place: int) -> None:
        """Draw the line from a namespace's owner, which stands above it, to it."""
        line = self._lines[place]
        if not line.depth:
            return
        above = max(n for n in range(place) if self._lines[n].depth == line.depth - 1)
        x = _left(self._lines[above]) + STEP / 2
        top = m.MARGIN + m.ROW * (above + 0.5) + m.PILL / 2 + 1
        middle = m.MARGIN + m.ROW * (place + 0.5)
        sheet.line([(x, top), (x, middle), (_left(line), middle)], colour=p.FAINT)

    def _walk(self, some: list[Namespace], guides: str, depth: int) -> Iterator[_Line]:
        for place, one in enumerate(some):
            last = place == len(some) - 1
            own = ("└─ " if last else "├─ ") if depth else ""
            yield _Line(guides + own, depth, one, self.namespaces.label(one.number), _words(one))
            if one.kind == "user":
                below = guides + (("   " if last else "│  ") if depth else "")
                yield from self._walk(self.namespaces.owned(one.number), below, depth + 1)


def _left(line: _Line) -> float:
    return m.MARGIN + STEP * line.depth


def _words(one: Namespace) -> str:
    """Return who is in a namespace and what keeps it, in words."""
    inside = list(one.spaces) + [words for words in one.keepers if words.startswith("process ")]
    held = [words for words in one.keepers if not words.startswith("process ")]
    return " · ".join([", ".join(inside) or NOBODY, *held])
