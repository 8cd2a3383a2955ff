"""Plain data goes and comes back; anything else is refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.lab import plain

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_sent_is_what_arrives(value: object) -> None:
    back = plain.decode(plain.encode(value))
    assert back == value
    assert repr(back) == repr(value)


@given(st.binary(max_size=60))
def test_garbage_is_refused_and_never_crashes(data: bytes) -> None:
    try:
        value = plain.decode(data)
    except ValueError:
        return
    assert plain.decode(plain.encode(value)) == value or value != value


@given(VALUES, st.integers(1, 20))
def test_a_cut_message_is_refused(value: object, cut: int) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        plain.decode(plain.encode(value)[: -min(cut, len(plain.encode(value)))] or b"s5;")


def test_other_types_are_named() -> None:
    with pytest.raises(TypeError, match="a set cannot leave a space"):
        plain.encode({1, 2})


def test_surrogates_of_undecodable_file_names_travel() -> None:
    assert plain.decode(plain.encode("caf\udce9")) == "caf\udce9"


@pytest.mark.parametrize("depth", [plain.DEEPEST + 1, 100_000])
def test_deep_nesting_is_refused_both_ways(depth: int) -> None:
    with pytest.raises(ValueError, match="nested deeper"):
        plain.decode(b"l1;" * depth + b"n")
    nested: list[object] = []
    for _ in range(plain.DEEPEST + 2):
        nested = [nested]
    with pytest.raises(ValueError, match="nested deeper"):
        plain.encode(nested)


def test_a_huge_announced_size_takes_no_memory() -> None:
    with pytest.raises(ValueError, match="ends too early"):
        plain.decode(b"l99999999999;n")
