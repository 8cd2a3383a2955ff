"""Tables that no kernel shows: the model is built from those that make sense, and quotes the others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.state.mountinfo import MountinfoError
from nslab.state.propagation import NotUnderstood, UnknownPath, canonical, carry, do, from_tables, know, parse

GROUPS = st.integers(0, 4)
POINTS = st.sampled_from(["/", "/a", "/a/b", "/b", "/a/b/c"])


@st.composite
def tables(draw: st.DrawFn, first: int) -> bytes:
    """Return a table that is a tree but for a few lines, with any groups and masters."""
    points = {first: "/"}
    lines = [_mount(first, first - 1, "/", "/", *draw(st.tuples(GROUPS, GROUPS, GROUPS)))]
    for number in range(first + 1, first + 1 + draw(st.integers(0, 5))):
        parent = draw(st.sampled_from(sorted(points)))
        points[number] = points[parent].rstrip("/") + draw(st.sampled_from(["/a", "/b", "/c", ""])) or "/"
        root = draw(POINTS)
        lines.append(_mount(number, parent, root, points[number], *draw(st.tuples(GROUPS, GROUPS, GROUPS))))
    if draw(st.integers(0, 9)) == 0:
        numbers = draw(st.tuples(st.integers(1, 16), st.integers(1, 16)))
        lines.append(_mount(*numbers, draw(POINTS), draw(POINTS), *draw(st.tuples(GROUPS, GROUPS, GROUPS))))
    return b"".join(lines)


def _mount(number: int, parent: int, root: str, point: str, shared: int, master: int, origin: int) -> bytes:
    optional = f" shared:{shared}" * (shared > 2) + f" master:{master}" * (master > 2)
    optional += f" propagate_from:{origin}" * (master > 2 and origin > 3)
    return f"{number} {parent} 0:5 {root} {point} rw{optional} - tmpfs x rw\n".encode()


TYPED = [
    "mount -t tmpfs x /a",
    "mount --rbind /a /b",
    "mount --move /a /b",
    "umount -l /a",
    "mount --make-rslave /",
    "web: umount -R /a",
    "web: mount --bind / /a/b",
    "new = unshare -m --propagation slave",
]


@settings(max_examples=600, deadline=None)
@given(host=tables(1), web=tables(11), together=st.booleans(), line=st.sampled_from(TYPED))
def test_any_tables_are_understood_or_quoted(host, web, together, line):
    try:
        state = from_tables({"host": host, "web": web}, {"host": "1", "web": "1" if together else "2"})
    except (MountinfoError, NotUnderstood):
        return
    for space in ("host", "web"):
        for mount in state.seen_by(space):
            assert state.mounts[mount].id == mount
            state.propagate_from(mount, space)
            state.receivers(mount)
    space, _, words = line.rpartition(": ")
    try:
        told = know(know(state, "host", {"/a/b/c": "dir", "/b": "dir"}), "web", {"/a/b/c": "dir"})
        outcome = do(told, parse(words, space or "host").operations)
    except (UnknownPath, NotUnderstood, MountinfoError):
        return
    assert canonical(outcome.state)
    assert canonical(carry(outcome.state, outcome.state)) == canonical(outcome.state)


def _line(text: str) -> bytes:
    return f"{text} - tmpfs x rw\n".encode()


ROOT = _line("2 1 0:5 / / rw")


@pytest.mark.parametrize(
    ("host", "web", "namespaces", "said"),
    [
        pytest.param(ROOT, ROOT, {}, "mount 2 is two different mounts", id="one mount in two namespaces"),
        pytest.param(
            ROOT + _line("3 2 0:6 / /a rw"),
            ROOT + _line("3 2 0:6 / /a rw shared:4"),
            {"host": "m", "web": "m"},
            "mount 3 is two different mounts",
            id="one reader sees another type",
        ),
        pytest.param(
            _line("2 3 0:5 / / rw"),
            _line("3 2 0:5 / / rw"),
            {"host": "m", "web": "m"},
            "above itself",
            id="parents in a circle through two tables",
        ),
        pytest.param(
            ROOT + _line("3 2 0:6 / /a rw") + _line("4 2 0:7 / /a rw"),
            b"",
            {},
            "two mounts cover one place",
            id="two mounts on one place",
        ),
        pytest.param(
            ROOT + _line("3 2 0:6 / /a rw shared:7 master:8") + _line("4 2 0:7 / /b rw shared:7"),
            b"",
            {},
            "peer group 7 has two masters",
            id="a group with two masters",
        ),
        pytest.param(
            ROOT + _line("3 2 0:6 / /a rw shared:7 master:7"),
            b"",
            {},
            "peer group 7 hears itself",
            id="a group that is its own master",
        ),
        pytest.param(
            ROOT + _line("3 2 0:6 / /a rw shared:7 master:8") + _line("4 2 0:6 / /b rw shared:8 master:7"),
            b"",
            {},
            "hears itself",
            id="two groups that are each other's master",
        ),
        pytest.param(
            ROOT
            + _line("3 2 0:6 / /a rw shared:7 master:8")
            + _line("4 2 0:6 / /b rw master:8 propagate_from:7"),
            b"",
            {},
            "hears itself",
            id="a circle through a group out of sight",
        ),
    ],
)  # fmt: skip
def test_tables_that_contradict_each_other_are_quoted(host, web, namespaces, said):
    tables = {"host": host, "web": web} if web else {"host": host}
    with pytest.raises(MountinfoError, match=said) as caught:
        from_tables(tables, namespaces)
    assert "tmpfs x rw'" in str(caught.value)
