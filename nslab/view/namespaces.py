"""Spaces by types of namespaces: a matrix in which the same letter is the same namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.namespaces import KINDS
from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.words import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from nslab.state.namespaces import Namespaces

FIRST = "a"
NONE = "–"
COLUMN = 58.0


class NamespacesFigure(Figure):
    """Which namespaces each space is in, as text and picture; ``namespaces`` is the same as data.

    The first namespace of each type that was seen is ``a``, the host's; others have
    capital letters. With *raw* the kernel's numbers stand instead. Introduced in chapter 3.
    """

    def __init__(self, namespaces: Namespaces, *, raw: bool = False) -> None:
        self.namespaces = namespaces
        self._raw = raw

    def text(self) -> str:
        """Return a row for each space, a column for each type."""
        rows = [("", *KINDS), *((space, *self._words(space)) for space in self.namespaces.of)]
        first = max(len(row[0]) for row in rows)
        wide = max(6, *(len(word) for row in rows for word in row[1:]))
        return "\n".join(
            "  ".join([row[0].ljust(first), *(word.center(wide) for word in row[1:])]).rstrip()
            for row in rows
        )

    def description(self) -> str:
        """Return for each space how many of its namespaces differ from the first space's."""
        first, *others = self.namespaces.of
        told = [
            f"{space} shares {', '.join(self.namespaces.shared(first, space)) or 'nothing'} with {first}"
            for space in others
        ]
        return f"Namespaces of {plural(len(self.namespaces.of), 'space')}" + "".join(
            f"; {one}" for one in told
        )

    def draw(self) -> Drawing:
        """Return the picture: letters in the colours that tell namespaces of one type apart."""
        names = list(self.namespaces.of)
        left = m.MARGIN + max(p.width(name) for name in names) + m.GAP
        column = max(COLUMN, *(p.width(word) + m.GAP for name in names for word in self._words(name)))
        height = 2 * m.MARGIN + m.ROW * (len(names) + 1)
        sheet = p.Paper(left + column * len(KINDS) + m.MARGIN, height)
        for number, kind in enumerate(KINDS):
            x = left + column * (number + 0.5) - p.width(kind) / 2
            sheet.text(x, m.MARGIN + m.ROW / 2, kind, bold=True)
        for place, name in enumerate(names, start=1):
            middle = m.MARGIN + m.ROW * (place + 0.5)
            sheet.text(m.MARGIN, middle, name, bold=True)
            for number, kind in enumerate(KINDS):
                self._cell(sheet, name, kind, left + column * (number + 0.5), middle)
        return sheet.drawing()

    def _cell(self, sheet: p.Paper, space: str, kind: str, centre: float, middle: float) -> None:
        word = self._word(space, kind)
        wide = p.width(word)
        number = self.namespaces.of[space].get(kind, 0)
        place = letter_place(self.namespaces.letters.get(number, FIRST))
        if place:
            ink, tint = m.colours(place)
            box = (centre - wide / 2 - m.PAD, middle - m.PILL / 2 - 1, wide + 2 * m.PAD, m.PILL + 2)
            sheet.box(*box, edge=ink, fill=tint)
            sheet.text(centre - wide / 2, middle, word, colour=ink, bold=True)
        else:
            sheet.text(centre - wide / 2, middle, word, colour=p.FAINT)

    def _words(self, space: str) -> list[str]:
        return [self._word(space, kind) for kind in KINDS]

    def _word(self, space: str, kind: str) -> str:
        number = self.namespaces.of[space].get(kind)
        if number is None:
            return NONE
        return str(number) if self._raw else self.namespaces.letters[number]


def letter_place(letter: str) -> int:
    """Return the place of a letter's colour, 0 for the first namespace of its type.

    >>> [letter_place(letter) for letter in ("a", "B", "C", "AA")]
    [0, 1, 2, 26]
    """
    if letter == FIRST:
        return 0
    place = 0
    for sign in letter:
        place = place * 26 + ord(sign) - ord("A") + 1
    return place - 1
