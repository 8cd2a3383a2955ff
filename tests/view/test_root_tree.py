"""Mount trees with their paths, and the roots of processes: texts as they are, words that do not meet."""

from __future__ import annotations

import pytest

from nslab.state.mounts import Mounts
from nslab.state.root_tree import RootTree
from nslab.state.standing import Standing, directories
from nslab.view.root_tree import RootTreeFigure
from nslab.view.standing import StandingFigure
from tests.view import measured

BEFORE = b"""\
20 1 0:20 / / rw - tmpfs first rw
21 20 0:21 / /srv/new rw - tmpfs new rw
22 21 0:22 / /srv/new/proc rw - proc proc rw
"""
PIVOTED = b"""\
21 1 0:21 / / rw - tmpfs new rw
20 21 0:20 / /old rw - tmpfs first rw
22 21 0:22 / /proc rw - proc proc rw
"""
GONE = b"""\
21 1 0:21 / / rw - tmpfs new rw
22 21 0:22 / /proc rw - proc proc rw
"""


def moment(table: bytes, **stands: tuple[int, int]) -> RootTreeFigure:
    return RootTreeFigure(RootTree(Mounts.read({"box": table}), stands))


def test_two_moments_tell_where_each_mount_went_and_what_is_gone() -> None:
    before, after = moment(BEFORE, box=(20, 20)), moment(GONE, box=(21, 22))
    assert repr(before.to(after)).splitlines() == [
        "before",
        "  mount tree       path",
        "  first (tmpfs)    /              ◀ root · cwd",
        "    new (tmpfs)    /srv/new",
        "      proc (proc)  /srv/new/proc",
        "after",
        "  mount tree     path",
        "  new (tmpfs)    /      ◀ root",
        "    proc (proc)  /proc  ◀ cwd",
        "gone: first (tmpfs), was at /",
    ]
    assert before.to(after).description().endswith("; 1 mount gone")


def test_the_old_root_hangs_below_the_new_one_after_a_pivot() -> None:
    rows = moment(PIVOTED, box=(21, 21)).trees[0].rows()
    assert [(row.depth, row.what, row.path) for row in rows] == [
        (0, "new (tmpfs)", "/"),
        (1, "first (tmpfs)", "/old"),
        (1, "proc (proc)", "/proc"),
    ]


def test_who_stands_elsewhere_is_named() -> None:
    rows = moment(PIVOTED, box=(21, 21), second=(20, 0)).trees[0].rows()
    assert [row.marks for row in rows] == [("root of box", "cwd of box"), ("root of second",), ()]


@pytest.mark.parametrize("after", [BEFORE, PIVOTED, GONE])
def test_words_of_the_two_trees_do_not_meet(after: bytes) -> None:
    drawing = moment(BEFORE, box=(20, 20)).to(moment(after, box=(21, 21))).draw()
    words, boxes = measured.words(drawing), measured.boxes(drawing)
    assert measured.overlaps(words, words).sum() == len(words)
    assert (measured.inside(words, boxes).sum(axis=1) == 1).all()
    assert measured.size(drawing)[0] < 640


def test_a_mount_at_an_odd_path_is_written_legibly() -> None:
    odd = BEFORE.replace(b"/srv/new/proc", b"/srv/new/a\\012b")
    assert "a\nb" not in repr(moment(odd))


def test_a_working_directory_outside_the_root_is_said_and_drawn() -> None:
    figure = StandingFigure((Standing("host", "/", "/"), Standing("box", "/srv/jail/x", "/srv/jail")))
    assert repr(figure).splitlines() == [
        "space  root directory  working directory",
        "host   /               /",
        "box    /srv/jail/x     /srv/jail          outside its root",
    ]
    words, boxes = measured.words(figure.draw()), measured.boxes(figure.draw())
    assert measured.overlaps(words, words).sum() == len(words)
    assert len(boxes) == 1
    assert measured.size(figure.draw())[0] < 640


def test_a_space_elsewhere_has_no_directories_here() -> None:
    away = Standing("box", None, None)
    assert not away.escaped
    assert directories((away,)) == ("/",)
    assert "box has the root not to be reached from here" in StandingFigure((away,)).description()
