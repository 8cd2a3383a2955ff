"""What a drawing holds, measured in points from its left lower corner."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Boxes = NDArray[numpy.float64]

BOXES, LINES, WORDS = 1, 2, 3


def words(drawing: Figure) -> Boxes:
    """Return left, bottom, right, top of each word's ink."""
    found = []
    for shapes in drawing.artists:
        if shapes.get_zorder() == WORDS:
            (outline,) = shapes.get_paths()
            ink = outline.get_extents().extents
            found += [ink + numpy.tile(place, 2) for place in shapes.get_offsets()]
    return numpy.array(found).reshape(-1, 4)


def boxes(drawing: Figure) -> Boxes:
    """Return left, bottom, right, top of each box, halos among them."""
    return _extents(drawing, BOXES)


def lines(drawing: Figure) -> Boxes:
    """Return left, bottom, right, top of each straight piece of a line, and of each filled shape."""
    found = []
    for shapes in drawing.artists:
        if shapes.get_zorder() == LINES:
            for path in shapes.get_paths():
                pieces = itertools.pairwise(path.vertices)
                found += [(*numpy.minimum(a, b), *numpy.maximum(a, b)) for a, b in pieces]
    return numpy.array(found).reshape(-1, 4)


def size(drawing: Figure) -> tuple[float, float]:
    """Return width and height."""
    width, height = drawing.get_size_inches() * 72
    return float(width), float(height)


def overlaps(some: Boxes, others: Boxes) -> NDArray[numpy.bool_]:
    """Return which of *some* overlap which of *others*, by more than they touch."""
    one, other = some[:, None, :], others[None, :, :]
    apart = (one[..., 2] <= other[..., 0]) | (other[..., 2] <= one[..., 0])
    return ~(apart | (one[..., 3] <= other[..., 1]) | (other[..., 3] <= one[..., 1]))


def inside(some: Boxes, others: Boxes) -> NDArray[numpy.bool_]:
    """Return which of *some* lie within which of *others*."""
    one, other = some[:, None, :], others[None, :, :]
    return (one[..., :2] >= other[..., :2]).all(axis=-1) & (one[..., 2:] <= other[..., 2:]).all(axis=-1)


def _extents(drawing: Figure, layer: int) -> Boxes:
    paths = [
        path for shapes in drawing.artists if shapes.get_zorder() == layer for path in shapes.get_paths()
    ]
    return numpy.array([path.get_extents().extents for path in paths]).reshape(-1, 4)


def check(drawing: Figure) -> None:
    """Fail unless all words of *drawing* stand free of each other and of lines, and within their boxes."""
    some, frames = words(drawing), boxes(drawing)
    width, height = size(drawing)
    assert len(some)
    assert (some[:, :2] >= 4).all(), "a word is cut by the sheet's left or lower edge"
    assert (some[:, 2] <= width - 4).all(), "a word is cut by the sheet's right edge"
    assert (some[:, 3] <= height - 4).all(), "a word is cut by the sheet's upper edge"
    assert not numpy.triu(overlaps(some, some), k=1).any(), "two words overlap"
    crossed = overlaps(some, frames) & ~inside(some, frames)
    assert not crossed.any(), "a word crosses the border of a box"
    assert not overlaps(some, lines(drawing)).any(), "a line runs through a word"
