"""A sheet to draw on, in points, with y downwards, in a font whose letters are all as wide."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nslab.view.lettering import ADVANCE, Lettering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure as Drawing
    from matplotlib.path import Path
    from matplotlib.transforms import Transform
    from numpy import float64
    from numpy.typing import NDArray

SIZE = 10.0

PAPER = "#ffffff"
INK = "#1f2328"
FAINT = "#57606a"
LINE = "#d0d7de"
NEW = "#8a3d05"
HALO = "#fcd34d"

TINTS = (
    ("#005a8f", "#dcecf7"),
    ("#8f4700", "#fbe6d1"),
    ("#006249", "#d7f0e7"),
    ("#8a356a", "#f5e0ee"),
    ("#6b5b00", "#f6f0c4"),
    ("#3b4cc0", "#e2e5f9"),
    ("#8c2d19", "#f7ddd7"),
    ("#3f6f21", "#e3f0d8"),
)
"""Ink and tint of the peer groups, told apart also without red or green; the letter says the same."""

_BASELINE = 0.36
"""How far a line's middle is above its letters' feet, in units of their size."""


_PART = re.compile(r"/?[^/: ]+:?|[/:]")
"""A word or a step of a path: what comes again on the same sheet, and is then kept once."""


def width(text: str, size: float = SIZE) -> float:
    """Return how many points *text* takes."""
    return len(text) * size * ADVANCE


@dataclass(slots=True)
class _Layer:
    """Shapes of one layer, with their colours and pens."""

    paths: list[Path] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)
    fills: list[str] = field(default_factory=list)
    thick: list[float] = field(default_factory=list)
    dashes: list[str] = field(default_factory=list)


class Paper:
    """A sheet of *width* by *height* points: boxes, on them lines, on these words, on these strokes.

    Shapes are gathered and drawn together, since an artist for each would take
    most of the time.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._layers = {"boxes": _Layer(), "lines": _Layer(), "strokes": _Layer()}
        self._words: dict[tuple[str, float, bool], list[tuple[float, float, str]]] = {}

    def text(
        self, x: float, y: float, text: str, *, colour: str = INK, size: float = SIZE, bold: bool = False
    ) -> None:
        """Write *text* with its left edge at *x* and its line's middle at *y*."""
        baseline = round(self.height - y - size * _BASELINE, 2)
        for part in _PART.finditer(text):
            here = round(x + width("x", size) * part.start(), 2), baseline, colour
            self._words.setdefault((part.group(), size, bold), []).append(here)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        edge: str = LINE,
        fill: str = "none",
        thick: float = 1.0,
        dashed: bool = False,
        round_by: float = 4,
    ) -> None:
        """Draw a box with round corners, its left upper corner at *x* and *y*."""
        top = self.height - y
        outline = _rounded(round(x, 2), round(top - height, 2), round(x + width, 2), round(top, 2), round_by)
        self._add("boxes", outline, edge=edge, fill=fill, thick=thick, dashed=dashed)

    def line(
        self,
        points: list[tuple[float, float]],
        *,
        colour: str = FAINT,
        thick: float = 1.0,
        dashed: bool | str = False,
        over_words: bool = False,
    ) -> None:
        """Draw a line through *points*, below the words or over them; *dashed* may say how, as ``-.``."""
        from matplotlib.path import Path

        path = Path([(round(x, 2), round(self.height - y, 2)) for x, y in points])
        self._add("strokes" if over_words else "lines", path, edge=colour, thick=thick, dashed=dashed)

    def arrow(
        self, points: list[tuple[float, float]], *, colour: str, thick: float = 1.5, dashed: bool = False
    ) -> None:
        """Draw a line through *points* that ends in an arrow's head, pointing right."""
        *_, (x, y) = points
        self.line([*points[:-1], (x - 5, y)], colour=colour, thick=thick, dashed=dashed)
        self.shape([(x, y), (x - 7, y - 3.5), (x - 7, y + 3.5)], fill=colour)

    def shape(self, corners: list[tuple[float, float]], *, fill: str) -> None:
        """Fill the polygon with these *corners*, above the boxes."""
        from matplotlib.path import Path

        closed = [(round(x, 2), round(self.height - y, 2)) for x, y in [*corners, corners[0]]]
        self._add("lines", Path(closed, closed=True), edge="none", fill=fill)

    def drawing(self) -> Drawing:
        """Return the sheet as a matplotlib figure."""
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        made = Figure(figsize=(round(self.width / 72, 3), round(self.height / 72, 3)), facecolor=PAPER)
        points = Affine2D().scale(1 / 72) + made.dpi_scale_trans
        shown = [
            self._shapes("boxes", 1),
            self._shapes("lines", 2),
            *self._lettered(points),
            self._shapes("strokes", 4),
        ]
        for shapes in shown:
            shapes.set_transform(points)
            made.add_artist(shapes)
        return made

    def _add(
        self,
        layer: str,
        path: Path,
        *,
        edge: str,
        fill: str = "none",
        thick: float = 1.0,
        dashed: bool | str = False,
    ) -> None:
        to = self._layers[layer]
        to.paths.append(path)
        to.edges.append(edge)
        to.fills.append(fill)
        to.thick.append(thick)
        to.dashes.append(dashed if isinstance(dashed, str) else "--" if dashed else "-")

    def _shapes(self, layer: str, order: int) -> PathCollection:
        from matplotlib.collections import PathCollection

        of = self._layers[layer]
        colours: dict[str, Any] = {"edgecolors": _channels(of.edges), "facecolors": _channels(of.fills)}
        pens: dict[str, Any] = {"linewidths": of.thick, "linestyles": of.dashes}
        return PathCollection(of.paths, zorder=order, **colours, **pens)

    def _lettered(self, points: Transform) -> Iterator[PathCollection]:
        """Yield each different word of the sheet with all its places; these are in *points*."""
        from matplotlib.collections import PathCollection

        lettering = Lettering()
        for (word, size, bold), places in self._words.items():
            outline = lettering.word(word, size, bold=bold)
            where: dict[str, Any] = {"offsets": [(x, y) for x, y, _ in places], "offset_transform": points}
            colours = _channels([colour for _, _, colour in places])
            yield PathCollection([outline], facecolors=colours, edgecolors="none", zorder=3, **where)


def _channels(colours: list[str]) -> NDArray[float64]:
    """Return a row of red, green, blue and opacity for each colour, of which there are few different ones."""
    import numpy
    from matplotlib.colors import to_rgba

    known = {colour: to_rgba(colour) for colour in set(colours)}
    return numpy.array([known[colour] for colour in colours]).reshape(-1, 4)


def _rounded(left: float, bottom: float, right: float, top: float, by: float) -> Path:
    """Return a rectangle whose corners are rounded by *by* points."""
    from matplotlib.path import Path

    by = min(by, (right - left) / 2, (top - bottom) / 2)
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    towards = [(0, 1, 1, 0), (-1, 0, 0, 1), (0, -1, -1, 0), (1, 0, 0, -1)]
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for (x, y), (before_x, before_y, after_x, after_y) in zip(corners, towards, strict=True):
        points += [(x + before_x * by, y + before_y * by), (x, y), (x + after_x * by, y + after_y * by)]
        codes += [int(Path.LINETO), int(Path.CURVE3), int(Path.CURVE3)]
    codes[0] = int(Path.MOVETO)
    return Path([*points, points[0]], [*codes, int(Path.CLOSEPOLY)])
