"""The process tree as text and picture: nested boxes, no words over one another."""

from __future__ import annotations

import random

import numpy
import pytest

from nslab.state.processes import Processes
from nslab.view.processes import ProcessesFigure
from tests.view import measured

PARENTS = {10: 0, 20: 10, 30: 20, 40: 10}
SPACES = {2: "host", 4: "box"}
LINES = (
    ("S", 0, "1", 10, "nslab init"),
    ("S", 1, "2", 10, "nslab host"),
    ("S", 1, "4 1", 20, "nslab box"),
    ("Z", 4, "5 2", 20, "sleep"),
    ("S", 4, "7 4 1", 30, "sh"),
    ("S", 2, "8", 10, "unshare"),
    ("S", 8, "9 1", 40, "sleep"),
    ("S", 2, "12 6", 20, "guest"),
)
AFTER = (*LINES[:3], LINES[4], LINES[5], ("S", 1, "12 6", 20, "guest"), ("S", 4, "13 7", 20, "late"))


def figure(lines: tuple[tuple[str, int, str, int, str], ...] = LINES) -> ProcessesFigure:
    text = "\n".join(
        f"{state}\t{parent}\t{pids}\t0\t0\t0\t{number}\t{name}" for state, parent, pids, number, name in lines
    )
    return ProcessesFigure(Processes.read(text.encode(), PARENTS, SPACES))


def grown(seed: int, processes: int) -> ProcessesFigure:
    """Return a tree that grew by chance, now and then with a PID namespace more."""
    chance = random.Random(seed)
    made: list[tuple[int, list[int], int, str]] = [(0, [1], 10, "nslab init")]
    parents, counted = {10: 0}, {10: 1}
    while len(made) < processes:
        place = chance.randrange(len(made))
        _, pids, number, _ = made[place]
        if chance.random() < 0.15:
            above, number = number, 10 * (len(parents) + 1)
            parents[number], counted[number] = above, 0
        chain = [number]
        while parents[chain[0]]:
            chain.insert(0, parents[chain[0]])
        for one in chain:
            counted[one] += 1
        name = chance.choice(("sh", "sleep", "a-long-name-xyz", "bash"))
        made.append((pids[0], [counted[one] for one in chain], number, name))
    lines = (
        f"S\t{parent}\t{' '.join(map(str, pids))}\t0\t0\t0\t{number}\t{name}"
        for parent, pids, number, name in made
    )
    return ProcessesFigure(Processes.read("\n".join(lines).encode(), parents))


def test_the_text_has_a_column_for_each_namespace() -> None:
    assert repr(figure()) == (
        "process         host  box  A  B\n"
        "init               1    –  –  –\n"
        "├─ host            2    –  –  –  agent\n"
        "│  ├─ unshare      8    –  –  –\n"
        "│  │  └─ sleep     9    –  –  1\n"
        "│  └─ guest       12    6  –  –\n"
        "└─ box             4    1  –  –  agent\n"
        "   ├─ sleep        5    2  –  –  zombie\n"
        "   └─ sh           7    4  1  –"
    )


def test_what_changed_since_is_named_with_the_parent_before() -> None:
    changed = figure(AFTER).since(figure())
    lines = repr(changed).splitlines()
    assert "└─ guest         12    6  –  was a child of host 2" in lines
    assert "└─ late       13    7  –  new" in repr(changed)
    assert lines[-2:] == ["gone: sleep, PIDs 5 2", "gone: sleep, PIDs 9 1"]
    assert changed.description() == (
        "7 processes in 3 PID namespaces (host; box; A); 1 new one, 1 with another parent, 2 gone"
    )


def test_pids_are_looked_up_by_name() -> None:
    assert figure().pids("guest") == (12, 6)
    assert figure().pids("box") == (4, 1)
    with pytest.raises(LookupError, match="there are 2 processes called 'sleep'"):
        figure().pids("sleep")
    with pytest.raises(LookupError, match="there are no processes called 'x'; there are nslab init"):
        figure().pids("x")


@pytest.mark.parametrize(
    "made", [figure(), figure(AFTER).since(figure()), *(grown(n, 36) for n in range(12))]
)
def test_words_don_t_overlap_and_stay_on_the_sheet(made: ProcessesFigure) -> None:
    drawing = made.draw()
    words = measured.words(drawing)
    assert measured.overlaps(words, words).sum() == len(words)
    width, height = measured.size(drawing)
    assert words.min() >= 0
    assert (words[:, 2] <= width).all()
    assert (words[:, 3] <= height).all()


@pytest.mark.parametrize("made", [figure(), *(grown(n, 36) for n in range(12))])
def test_lines_go_past_words(made: ProcessesFigure) -> None:
    drawing = made.draw()
    assert not measured.overlaps(measured.lines(drawing), measured.words(drawing)).any()


@pytest.mark.parametrize("seed", range(8))
def test_boxes_are_nested_or_apart(seed: int) -> None:
    made = grown(seed, 36)
    drawing = made.draw()
    every = measured.boxes(drawing)
    boxes = every[every[:, 3] - every[:, 1] > 18]
    assert len(boxes) == len(made.processes.namespaces)
    within = measured.inside(boxes, boxes)
    together = measured.overlaps(boxes, boxes)
    assert (together == (within | within.T)).all()


def test_a_crowd_is_folded_and_counted() -> None:
    made = grown(1, 300)
    hidden = sum(int(line.split()[1]) for line in repr(made).splitlines() if line.startswith("… "))
    shown = sum(not line.startswith("… ") for line in repr(made).splitlines()) - 1
    assert shown + hidden == 300
    assert shown <= 40


def test_the_picture_is_the_same_bytes_each_time_and_fits_a_notebook() -> None:
    assert figure().svg() == figure().svg()
    assert measured.size(figure().draw())[0] < 640
    assert numpy.isfinite(measured.boxes(figure().draw())).all()
