"""mount(8)'s words and mount(2)'s flags say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.linux import mount as m
from nslab.linux import options

SETTABLE = [m.MS_RDONLY, m.MS_NOSUID, m.MS_NODEV, m.MS_NOEXEC, m.MS_NOATIME, m.MS_NODIRATIME, m.MS_RELATIME]


@given(st.sets(st.sampled_from(SETTABLE)))
def test_names_are_parsed_to_the_same_flags(flags: set[int]) -> None:
    assert options.parse(",".join(options.names(sum(flags)))) == (sum(flags), None)


@pytest.mark.parametrize(
    ("words", "before", "after", "own"),
    [
        ("", 0, 0, None),
        ("defaults", m.MS_NODEV, m.MS_NODEV, None),
        ("rw", m.MS_RDONLY | m.MS_NODEV, m.MS_NODEV, None),
        ("ro,rw", 0, 0, None),
        ("rw,ro", 0, m.MS_RDONLY, None),
        ("suid,dev,exec", m.MS_NOSUID | m.MS_NODEV | m.MS_NOEXEC, 0, None),
        ("size=1m,nodev,mode=700", 0, m.MS_NODEV, "size=1m,mode=700"),
        (",,ro,", 0, m.MS_RDONLY, None),
    ],
)
def test_later_words_win_and_unknown_ones_are_the_file_systems(
    words: str, before: int, after: int, own: str | None
) -> None:
    assert options.parse(words, before) == (after, own)
