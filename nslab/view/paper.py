"""A sheet to draw on, in points, with y downwards, in a font whose letters are all as wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

FONT = "DejaVu Sans Mono"
"""Comes with matplotlib, so that every machine draws the same."""

SIZE = 10.0
ADVANCE = 0.625
"""Width of a letter, in units of its size: the font's 0.602 and what rounding to pixels adds."""

PAPER = "#ffffff"
INK = "#1f2328"
FAINT = "#6b7280"
LINE = "#d0d7de"
NEW = "#b45309"
HALO = "#fcd34d"

TINTS = (
    ("#0072b2", "#dcecf7"),
    ("#b35900", "#fbe6d1"),
    ("#00795a", "#d7f0e7"),
    ("#a0467e", "#f5e0ee"),
    ("#6b5b00", "#f6f0c4"),
    ("#3b4cc0", "#e2e5f9"),
    ("#8c2d19", "#f7ddd7"),
    ("#3f6f21", "#e3f0d8"),
)
"""Ink and tint of the peer groups, told apart also without red or green; the letter says the same."""


def width(text: str, size: float = SIZE) -> float:
    """Return how many points *text* takes."""
    return len(text) * size * ADVANCE


class Paper:
    """A sheet of *width* by *height* points; what is drawn later lies on top."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.drawing: Drawing = Figure(figsize=(round(width / 72, 3), round(height / 72, 3)), facecolor=PAPER)
        self.box(0.5, 0.5, width - 1, height - 1, edge=LINE, fill=PAPER, round_by=6)

    def text(
        self, x: float, y: float, text: str, *, colour: str = INK, size: float = SIZE, bold: bool = False, centre: bool = False
    ) -> None:
        """Write *text* with its left edge, or its middle, at *x* and its line's middle at *y*."""
        self.drawing.text(
            *(round(x / self.width, 5), round(1 - y / self.height, 5), text.replace("$", r"\$")),
            color=colour,
            fontsize=size,
            family=FONT,
            weight="bold" if bold else "normal",
            ha="center" if centre else "left",
            va="center_baseline",
        )

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
        from matplotlib.patches import FancyBboxPatch

        corner = (round(x + round_by, 2), round(self.height - y - height + round_by, 2))
        inner = (round(width - 2 * round_by, 2), round(height - 2 * round_by, 2))
        style = f"round,pad={round_by}"
        self._add(FancyBboxPatch(corner, *inner, boxstyle=style, ec=edge, fc=fill, lw=thick, ls="--" if dashed else "-"))

    def line(
        self, points: list[tuple[float, float]], *, colour: str = FAINT, thick: float = 1.0, dashed: bool = False, arrow: bool = False
    ) -> None:
        """Draw a line through *points*, with an arrow's head at its end when asked."""
        from matplotlib.patches import FancyArrowPatch, PathPatch
        from matplotlib.path import Path

        path = Path([(round(x, 2), round(self.height - y, 2)) for x, y in points])
        look: dict[str, Any] = {"lw": thick, "ls": "--" if dashed else "-"}
        if arrow:
            self._add(FancyArrowPatch(path=path, arrowstyle="-|>,head_length=5,head_width=2.6", color=colour, **look))
        else:
            self._add(PathPatch(path, fc="none", ec=colour, **look))

    def _add(self, patch: Any) -> None:
        from matplotlib.transforms import Affine2D

        patch.set_transform(Affine2D().scale(1 / 72) + self.drawing.dpi_scale_trans)
        self.drawing.add_artist(patch)
