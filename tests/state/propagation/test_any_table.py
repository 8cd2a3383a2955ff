"""A table that was cut short or makes no sense is refused in words; all others can be asked about."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nslab.state.mountinfo import MountinfoError
from nslab.state.propagation import NotUnderstood, Outcome, canonical, do, from_tables
from nslab.state.propagation.commands import parse
from nslab.state.propagation.locked import askable

HOST = (
    b"20 1 0:20 / / rw,relatime shared:1 - tmpfs root rw",
    b"21 20 0:21 / /proc rw,nosuid shared:2 - proc proc rw",
    b"22 20 0:22 / /mnt rw,relatime shared:3 - tmpfs data rw",
    b"23 22 0:23 /sub /mnt/a\\040b ro,noatime shared:4 master:3 - tmpfs low rw",
    b"24 23 0:22 / /mnt/a\\040b/c rw unbindable - tmpfs data rw",
    b"25 22 0:22 / /mnt rw,relatime shared:3 - tmpfs data rw",
)
WEB = (
    b"30 9 0:20 / / rw,relatime master:1 - tmpfs root rw",
    b"31 30 0:22 / /mnt rw,relatime master:3 propagate_from:1 - tmpfs data rw",
    b"32 31 0:23 /sub /mnt/a\\040b ro,noatime master:4 - tmpfs low rw",
)
LINES = (
    "umount -R /mnt",
    "mount --bind /mnt /proc",
    "web: umount -l /mnt",
    "mount --make-rprivate /",
    "unshare -Um",
)


def joined(lines) -> bytes:
    return b"".join(line + b"\n" for line in lines)


@st.composite
def tables(draw):
    """Two tables with lines dropped, doubled and swapped, numbers changed, or the end cut off."""
    host, web = (
        [*draw(st.permutations(lines))] if draw(st.booleans()) else [*lines] for lines in (HOST, WEB)
    )
    for table in (host, web):
        for _ in range(draw(st.integers(0, 2))):
            place = draw(st.integers(0, len(table) - 1))
            words = table[place].split(b" ")
            number = draw(st.integers(0, len(words) - 1))
            other = draw(
                st.sampled_from(
                    [b"20", b"22", b"23", b"31", b"/", b"/mnt", b"shared:3", b"master:4", b"-", b"x", b""]
                )
            )
            words[number] = other
            table[place] = b" ".join(words)
        if draw(st.booleans()) and len(table) > 1:
            del table[draw(st.integers(0, len(table) - 1))]
    cut = draw(st.integers(0, 40)) if draw(st.booleans()) else 0
    return {"host": joined(host), "web": joined(web)[: -cut or None]}


def read(given_tables):
    """Return the state of tables, None where they are refused."""
    try:
        return from_tables(given_tables)
    except (MountinfoError, NotUnderstood):
        return None


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(tables())
@example({"host": joined(HOST), "web": joined(WEB)})
def test_any_two_tables_are_refused_or_can_be_worked_with(given_tables):
    state = read(given_tables)
    if state is None:
        return
    assert canonical(state).startswith("host")
    assert askable(state, "host") is not None
    for line in LINES:
        try:
            assert isinstance(do(state, parse(line, "host").operations), Outcome)
        except NotUnderstood:
            continue


@pytest.mark.parametrize(
    "odd",
    [
        (b"20 1 0:20 / / rw - tmpfs root rw", b"21 22 0:21 / /a rw - tmpfs a rw", b"22 21 0:21 / /a/b rw - tmpfs a rw"),
        (b"20 1 0:20 / / rw - tmpfs root rw", b"21 21 0:21 / /a rw - tmpfs a rw"),
        (b"20 1 0:20 / / rw - tmpfs root rw", b"21 20 0:21 / /a rw - tmpfs a rw", b"22 21 0:21 / /b rw - tmpfs a rw"),
        (b"20 1 0:20 / / rw - tmpfs root rw", b"20 1 0:20 / /a rw - tmpfs root rw"),
        (b"21 20 0:21 / /a rw - tmpfs a rw",),
        (b"20 1 0:20 / / rw - tmpfs root rw", b"21 20 0:21 / /a rw shared:5 - tmpfs a rw", b"22 20 0:22 / /b rw shared:5 master:5 - tmpfs a rw"),
    ],
    ids=["a circle", "its own parent", "outside its parent", "one id twice", "no root", "its own master"],
)  # fmt: skip
def test_tables_that_contradict_themselves_are_refused(odd):
    with pytest.raises((MountinfoError, NotUnderstood)):
        from_tables({"host": joined(odd)})
