"""Id maps as the kernel keeps them: both directions, composition, and what is no map."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.state.idmap import LAST, MOST_LINES, OVERFLOW, BadMap, Extent, IdMap, refused
from nslab.state.idstack import IdStack


@st.composite
def maps(draw: st.DrawFn, most: int = 6) -> IdMap:
    """Return a map whose lines lie apart on both sides, outside in any order."""
    count = draw(st.integers(1, most))
    steps = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=count, max_size=count))
    gaps = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    order = draw(st.permutations(range(count)))
    inside, outside = 0, 0
    extents: dict[int, Extent] = {}
    starts: dict[int, int] = {}
    for number in order:
        outside += gaps[number]
        starts[number] = outside
        outside += steps[number][1]
    for number, (gap, length) in enumerate(steps):
        extents[number] = Extent(inside + gap, starts[number], length)
        inside += gap + length
    return IdMap(tuple(extents.values()))


@given(maps())
def test_out_and_into_undo_each_other_and_agree_with_counting(one: IdMap) -> None:
    pairs = {part.inside + n: part.outside + n for part in one.extents for n in range(part.length)}
    assert {n: one.out(n) for n in range(200) if one.out(n) is not None} == pairs
    assert {n: one.into(n) for n in range(200) if one.into(n) is not None} == {
        there: here for here, there in pairs.items()
    }
    assert one.count == len(pairs)


@given(maps(), maps())
def test_a_composed_map_is_one_map_after_the_other(inner: IdMap, outer: IdMap) -> None:
    both = inner.through(outer)
    for n in range(120):
        between = inner.out(n)
        assert both.out(n) == (None if between is None else outer.out(between))
    stack = IdStack("uid", ("a", "b", "c"), (inner, outer))
    assert stack.whole == both
    for piece in stack.pieces:
        for step in (0, piece.length - 1):
            first, between, last = (number + step for number in piece.firsts)
            assert (inner.out(first), outer.out(between)) == (between, last)
    assert sum(piece.length for piece in stack.pieces) == both.count


@given(maps())
def test_text_is_read_as_it_is_written(one: IdMap) -> None:
    assert IdMap.parse(str(one)) == IdMap.read(f"{one}\n") == one


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "one line at least"),
        ("\n", "one line at least"),
        ("0 0 0", "length"),
        ("0 0", "three numbers"),
        ("0 0 1 2", "three numbers"),
        ("a b c", "three numbers"),
        ("-1 0 1", "three numbers"),
        ("0 0 1\n\n1 1 1", "three numbers"),
        ("0 0 2\n1 9 1", "inside"),
        ("0 0 2\n9 1 1", "outside"),
        (f"0 {LAST} 1", "past the last"),
        ("\n".join(f"{n} {n} 1" for n in range(MOST_LINES + 1)), "340 lines"),
    ],
)
def test_what_is_no_map_has_its_rule(text: str, rule: str) -> None:
    with pytest.raises(BadMap, match=rule):
        IdMap.parse(text)
    assert rule in refused("EINVAL", "uid_map", text)


def test_an_unmapped_id_is_shown_as_nobody() -> None:
    assert IdMap.read("").shown(0) == OVERFLOW
    assert IdMap.parse("5 7 1").shown(7) == 5


@settings(max_examples=1)
@given(st.just(MOST_LINES))
def test_the_longest_map_is_a_map(lines: int) -> None:
    assert IdMap.parse("\n".join(f"{2 * n} {2 * n} 1" for n in range(lines))).count == lines
