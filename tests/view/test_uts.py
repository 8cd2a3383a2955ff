"""A card for each UTS namespace, whose words stay inside it."""

from __future__ import annotations

import pytest

from nslab.state.uts import Uts
from nslab.view.uts import UtsFigure
from tests.view import measured


def many(count: int) -> UtsFigure:
    named = [Uts((f"space{n}",), "name" * (n % 5 + 1), "(none)", "host" * (n % 2), n) for n in range(count)]
    return UtsFigure(tuple(named))


@pytest.mark.parametrize("count", [1, 3, 12])
def test_words_stay_in_their_cards_and_cards_apart(count: int) -> None:
    drawing = many(count).draw()
    words, boxes = measured.words(drawing), measured.boxes(drawing)
    assert len(boxes) == count
    assert (measured.inside(words, boxes).sum(axis=1) == 1).all()
    measured.check(drawing)
    assert measured.overlaps(boxes, boxes).sum() == count
    assert measured.size(drawing)[0] < 640


def test_text_and_description_name_everything() -> None:
    figure = many(2)
    assert repr(figure).splitlines()[1:] == [
        "space0  name       (none)       no space here",
        "space1  namename   (none)       host",
    ]
    assert figure.description() == "2 UTS namespaces: name (space0); namename (space1)"


def test_the_picture_is_the_same_bytes_each_time() -> None:
    assert many(3).svg() == many(3).svg()
