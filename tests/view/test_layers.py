"""The pictures of chapter 1: words stand apart, inside their boxes, on sheets that fit a notebook."""

from __future__ import annotations

import pytest

from nslab.state.attributes import Attribute
from nslab.view.attributes import AttributesFigure
from nslab.view.layers import LayersFigure
from tests.view import measured

MANY = tuple(
    Attribute(group, f"{group} number {number}", "value" * number, number % 2 == 0)
    for group in ("hidden", "privileges", "limits")
    for number in range(1, 6)
)
FIGURES = [
    AttributesFigure("box", MANY),
    LayersFigure({"host": ()}, "Linux"),
    LayersFigure({"host": ("7 sleep",), "web": ("9 nginx", "10 nginx", "11 nginx"), "db": ()}, "Linux"),
    LayersFigure({f"space{n}": tuple(f"{n}{k} process" for k in range(n)) for n in range(5)}, "Linux"),
]


@pytest.mark.parametrize("figure", FIGURES, ids=["attributes", "alone", "three", "tall"])
def test_words_stand_apart_and_inside(figure: LayersFigure) -> None:
    measured.check(figure.draw())


def test_attributes_are_told_in_groups() -> None:
    text = repr(AttributesFigure("box", MANY[:2]))
    assert text == (
        "process of box\nhidden from others\n"
        "  hidden number 1  value       shared\n  hidden number 2  valuevalue  own"
    )
    assert AttributesFigure("box", MANY[:2]).description() == (
        "Of 2 attributes of the process of box, its own are: hidden number 2"
    )
