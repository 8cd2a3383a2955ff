"""Stacked number lines and tables of answers: nothing overlaps, everything is said."""

from __future__ import annotations

import pytest

from nslab.state.idmap import IdMap
from nslab.state.idstack import IdStack
from nslab.view.answers import AnswersFigure
from nslab.view.idmap import IdMapFigure
from tests.view import measured

OUTER = IdMap.parse("0 1000 1\n1 5000 10\n20 7000 5")
INNER = IdMap.parse("0 3 2\n2 20 1")
LONG = IdMap(tuple(IdMap.parse("\n".join(f"{2 * n} {60000 - 2 * n} 1" for n in range(340))).extents))
GOLDEN = """\
uid  deep   outer   host
     0..1   3..4    5002..5003
     2      20      7000
     every other id of host is shown as 65534 in deep"""


def stack(*names_and_maps: str | IdMap) -> IdMapFigure:
    names = tuple(one for one in names_and_maps if isinstance(one, str))
    return IdMapFigure(IdStack("uid", names, tuple(m for m in names_and_maps if isinstance(m, IdMap))))


ALL = [
    stack("deep", INNER, "outer", OUTER, "host"),
    stack("outer", OUTER, "host"),
    stack("a-space-so-long", LONG, "host"),
    stack("fresh", IdMap.read(""), "host"),
    stack("host"),
]


@pytest.mark.parametrize("figure", ALL)
def test_no_words_overlap_and_the_page_is_narrow(figure: IdMapFigure) -> None:
    drawing = figure.draw()
    words, boxes = measured.words(drawing), measured.boxes(drawing)
    assert measured.overlaps(words, words).sum() == len(words)
    assert measured.overlaps(boxes, boxes).sum() == len(boxes)
    assert measured.size(drawing)[0] < 640
    assert figure.svg() == figure.svg()


def test_the_text_names_every_run() -> None:
    assert repr(ALL[0]) == GOLDEN
    assert ALL[0].description() == "2 runs of uids, the same at each level: deep, outer, host"
    assert "no id is mapped: every id of host is shown as 65534 in fresh" in repr(ALL[3])
    assert len(repr(ALL[2]).splitlines()) == 342


def test_a_table_of_answers_keeps_its_words_apart() -> None:
    rows = [("mount proc", "EPERM", "takes " + "something " * 8), ("raw", "yes", "takes nothing")]
    figure = AnswersFigure("may web …", ("act", "kernel", "rule"), rows, [2, 3])
    drawing = figure.draw()
    words = measured.words(drawing)
    assert measured.overlaps(words, words).sum() == len(words)
    assert measured.size(drawing)[0] < 640
    assert repr(figure).splitlines()[:2] == ["may web …", "act         kernel  rule"]
