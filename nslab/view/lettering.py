"""Letters as outlines, each read from the font once: drawn alike everywhere, and quick to write out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font
    from matplotlib.path import Path
    from numpy import float64, integer
    from numpy.typing import NDArray

    Outline = tuple[NDArray[float64], NDArray[integer]]

FONT = "DejaVu Sans Mono"
"""Comes with matplotlib, so that every machine draws the same."""

ADVANCE = 1233 / 2048
"""Width of every letter of the font, in units of its size."""

_EM = 2048 / 64
"""The font's units in an em, in the 64ths of a unit that FreeType counts in."""

_INSTEAD = "□"
"""Drawn for a letter that the font lacks."""


class Lettering:
    """Makes outlines of words; reads each letter of the font once.

    One is made for each drawing, so that nothing is kept between drawings.
    """

    def __init__(self) -> None:
        self._fonts: dict[bool, FT2Font] = {}
        self._letters: dict[tuple[str, bool], Outline] = {}
        self._words: dict[tuple[str, float, bool], Path] = {}

    def word(self, text: str, size: float, *, bold: bool = False) -> Path:
        """Return the outline of *text* in *size* points, its line's start at (0, 0), y upwards.

        A letter that the font lacks is drawn as an empty box.
        """
        key = text, size, bold
        if key not in self._words:
            self._words[key] = self._outline(text, size, bold)
        return self._words[key]

    def _outline(self, text: str, size: float, bold: bool) -> Path:
        import numpy
        from matplotlib.path import Path

        letters = [self._letter(letter, bold) for letter in text]
        points = [
            vertices * (size / _EM) + (place * size * ADVANCE, 0.0)
            for place, (vertices, _) in enumerate(letters)
        ]
        codes = [codes for _, codes in letters]
        return Path(numpy.round(numpy.concatenate(points), 2), numpy.concatenate(codes))

    def _letter(self, letter: str, bold: bool) -> Outline:
        if (letter, bold) not in self._letters:
            from matplotlib.ft2font import LoadFlags

            font = self._font(bold)
            known = letter if font.get_char_index(ord(letter)) else _INSTEAD
            font.load_char(ord(known), flags=LoadFlags.NO_SCALE | LoadFlags.NO_HINTING)
            self._letters[letter, bold] = font.get_path()
        return self._letters[letter, bold]

    def _font(self, bold: bool) -> FT2Font:
        if bold not in self._fonts:
            from matplotlib.font_manager import FontProperties, findfont, get_font

            found = findfont(
                FontProperties(family=FONT, weight="bold" if bold else "normal"), fallback_to_default=False
            )
            self._fonts[bold] = get_font(found)
        return self._fonts[bold]
