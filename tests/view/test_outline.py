"""A slimmed outline leads to the same places, to a tenth, and takes fewer letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.view.outline import slim

SIZES = {"m": 2, "l": 2, "q": 4, "c": 6, "h": 1, "v": 1, "z": 0}
PLACES = st.integers(-9000, 9000).map(lambda number: number / 100)
STEPS = st.one_of(
    st.just(("z", [])),
    *(
        st.tuples(st.just(step), st.lists(PLACES, min_size=size, max_size=size))
        for step, size in (("M", 2), ("L", 2), ("Q", 4), ("C", 6))
    ),
)
OUTLINES = st.lists(STEPS, max_size=12).map(lambda steps: [("M", [1.0, 2.0]), *steps])


def absolute(outline: str) -> list[tuple[str, list[float]]]:
    """Read relative path data as SVG does: every step with absolute places."""
    tokens = re.findall(r"[a-z]|-?(?:\d+\.?\d*|\.\d+)", outline)
    found: list[tuple[str, list[float]]] = []
    at = start = [0.0, 0.0]
    step = ""
    while tokens:
        if tokens[0].isalpha():
            step = tokens.pop(0)
        numbers = [float(tokens.pop(0)) for _ in range(SIZES[step])]
        if step == "z":
            found.append(("z", []))
            at = start
            continue
        numbers = [*numbers, 0.0] if step == "h" else [0.0, *numbers] if step == "v" else numbers
        places = [number + at[place % 2] for place, number in enumerate(numbers)]
        found.append(("L" if step in "hv" else step.upper(), places))
        at = places[-2:]
        if step == "m":
            start, step = at, "l"
    return found


@settings(max_examples=300)
@given(OUTLINES)
def test_every_place_is_where_it_was_to_a_tenth(outline: list[tuple[str, list[float]]]) -> None:
    written = " ".join(" ".join([step, *map(str, places)]) for step, places in outline)
    back = absolute(slim(written))
    assert [step for step, _ in back] == [step for step, _ in outline]
    for (_, places), (_, wanted) in zip(back, outline, strict=True):
        assert places == pytest.approx([round(place * 10) / 10 for place in wanted], abs=1e-6)


def test_many_places_in_one_step_are_many_steps() -> None:
    assert slim("M 0 0 L 1 1 2 3") == "m0 0 1 1 1 2"
    assert slim("M 0 0 M 1 1") == "m0 0m1 1"


def test_another_step_is_no_outline_of_ours() -> None:
    with pytest.raises(KeyError):
        slim("M 0 0 A 1 1 0 0 0 1 1")
