"""On every sheet all words stand free, whole, and within the boxes they belong to."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nslab.state.change import Change
from nslab.view.change import ChangeFigure
from nslab.view.mounts import MountsFigure
from nslab.view.paper import Paper
from nslab.view.sheet import PREDICTION
from tests.view import measured, states

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.view.figure import Figure

SHAPES = [(1, 1), (1, 4), (1, 40), (2, 12), (3, 20), (4, 30), (6, 7), (6, 40), (8, 60)]


def random_figure(seed: int, namespaces: int, mounts: int) -> MountsFigure:
    made = states.random_mounts(seed, namespaces, mounts)
    new, locked = states.new_ones(seed, made), states.new_ones(seed + 1, made)
    return MountsFigure(made, states.names(made), new=new, locked=locked, prediction=seed % 3 == 0)


def random_change(seed: int, namespaces: int, mounts: int) -> ChangeFigure:
    before, after = (
        states.random_mounts(seed, namespaces, mounts // 2 + 1),
        states.random_mounts(seed + 1, namespaces, mounts),
    )
    commands = (
        "host# mount --bind /srv /t/a",
        "web# umount /a-directory-with-a-rather-long-name/that-goes-on/and-on/and-on",
    )
    return ChangeFigure(Change(before, after, commands), states.names(before), states.names(after))


def check(figure: Figure) -> None:
    """Fail unless the figure's words overlap nothing that they should not."""
    measured.check(figure.draw())


@pytest.mark.parametrize(("namespaces", "mounts"), SHAPES)
@pytest.mark.parametrize("seed", range(5))
def test_no_word_of_a_table_and_its_graph_meets_another(seed: int, namespaces: int, mounts: int) -> None:
    check(random_figure(seed, namespaces, mounts))


@pytest.mark.parametrize(("namespaces", "mounts"), [(1, 4), (3, 14), (6, 40)])
@pytest.mark.parametrize("seed", range(5))
def test_no_word_of_a_change_meets_another(seed: int, namespaces: int, mounts: int) -> None:
    check(random_change(seed, namespaces, mounts))


@pytest.mark.parametrize("prediction", [False, True])
@pytest.mark.parametrize("under", [None, "/mnt"])
def test_no_word_of_a_small_sheet_is_cut(under: str | None, prediction: bool) -> None:
    check(MountsFigure(states.read(host="1 0 / root").below(under), {}, prediction=prediction))


def test_no_word_is_cut_below_a_narrow_table() -> None:
    lab = states.read(host="1 0 / nslab shared:1\n2 1 /usr x").below(None)
    assert lab.folded() == 1
    check(MountsFigure(lab, states.names(lab), locked={1}))


def test_hulls_do_not_overlap() -> None:
    for seed in range(8):
        boxes = measured.boxes(random_figure(seed, 4, 25).draw())
        apart = (
            ~measured.overlaps(boxes, boxes) | measured.inside(boxes, boxes) | measured.inside(boxes, boxes).T
        )
        assert apart.all()


@pytest.mark.parametrize("make", [random_figure, random_change])
def test_picture_and_text_twin_have_the_same_words(
    make: Callable[[int, int, int], Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: set[str] = set()
    monkeypatch.setattr(Paper, "text", lambda _, x, y, text, **look: drawn.update(text.split()))
    for seed in range(6):
        drawn.clear()
        figure = make(seed, 4, 45)
        figure.draw()
        assert {word for word in figure.text().split() if not set(word) <= set("├─└│▶┄·")} == drawn


def test_the_measured_boxes_are_where_the_ink_is() -> None:
    drawing = MountsFigure(states.read(host="1 0 /t root"), {}).draw()
    drawing.artists[0].remove()
    FigureCanvasAgg(drawing).draw()
    ink = numpy.asarray(drawing.canvas.buffer_rgba())[::-1, :, :3].min(axis=2) < 128
    rows, columns = numpy.nonzero(ink)
    words = measured.words(drawing) * drawing.dpi / 72
    assert words[:, 0].min() == pytest.approx(columns.min(), abs=2)
    assert words[:, 2].max() == pytest.approx(columns.max(), abs=2)
    assert words[:, 1].min() == pytest.approx(rows.min(), abs=2)
    assert words[:, 3].max() == pytest.approx(rows.max(), abs=2)


def test_a_prediction_is_told_by_words_and_by_its_border() -> None:
    mounts = states.read(host="1 0 / root")
    sure, guessed = MountsFigure(mounts, {}), MountsFigure(mounts, {}, prediction=True)
    assert guessed.text() == f"{PREDICTION}\n{sure.text()}"
    border = [figure.draw().artists[0].get_linestyles()[0] for figure in (sure, guessed)]
    assert border[0] == (0.0, None)
    assert border[1][1]


def test_a_graph_that_is_much_taller_than_its_table_goes_below_it() -> None:
    lines = ["1 0 / root"] + [f"{n} 1 /d{n} x{n} shared:{n}" for n in range(2, 14)]
    mounts = states.read(**{f"s{place}": "\n".join(lines) for place in range(4)})
    width, height = measured.size(MountsFigure(mounts, states.names(mounts)).draw())
    assert height < 700
    assert width < 700


def test_a_picture_can_be_saved() -> None:
    written = io.BytesIO()
    MountsFigure(states.read(host="1 0 / root"), {}).draw().savefig(written, format="png")
    assert written.getvalue().startswith(b"\x89PNG")
