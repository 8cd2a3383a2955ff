"""A state from the kernel's own tables, and what has to be told besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from nslab.state.mountinfo import MountinfoError, parse_mountinfo
from nslab.state.propagation import (
    NotUnderstood,
    UnknownPath,
    canonical,
    carry,
    do,
    from_tables,
    know,
    parse,
    parse_state,
)

CAPTURES = [
    Path(__file__).parents[1] / "captures" / f"{name}.mountinfo"
    for name in ("container", "microvm", "systemd")
]
ROOT = b"2 1 0:5 / / rw,relatime - tmpfs root rw\n"


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_every_mount_of_a_real_table_is_where_it_was(capture):
    table = capture.read_bytes()
    state = from_tables({"host": table})
    root = state.spaces["host"].root
    shown = sorted((one.id, one.point) for one in parse_mountinfo(table))
    assert sorted((mount, state.path(mount, root)) for mount in state.seen_by("host")) == shown


def test_groups_and_masters_are_the_kernels_own_numbers():
    table = ROOT + b"3 2 0:6 / /a rw shared:7 - tmpfs a rw\n4 2 0:6 /x /b rw shared:9 master:7 - tmpfs a rw\n"
    state = from_tables({"host": table})
    assert (state.members(7), state.members(9), state.hearers(7)) == ([3], [4], [[4]])
    assert state.mounts[3].fs == state.mounts[4].fs
    assert state.mounts[4].root == "/x"


def test_a_master_out_of_sight_still_has_a_master():
    table = (
        ROOT
        + b"3 2 0:6 / /a rw shared:7 - tmpfs a rw\n4 2 0:6 / /b rw master:8 propagate_from:7 - tmpfs a rw\n"
    )
    state = from_tables({"host": table})
    assert state.propagate_from(4, "host") == 7
    assert canonical(state).endswith("/b 2/ rw master:2 propagate_from:1")


def test_spaces_of_one_namespace_share_their_mounts():
    inner = b"3 2 0:6 / / rw - tmpfs a rw\n"
    state = from_tables(
        {"host": ROOT + b"3 2 0:6 / /a rw - tmpfs a rw\n", "view": inner}, {"host": "m", "view": "m"}
    )
    assert state.spaces["view"].root == (3, "/")
    assert state.spaces["view"].ns == state.spaces["host"].ns
    assert len(state.mounts) == 3, "two, and the hidden one below the root"


def test_a_path_that_is_not_known_is_asked_for():
    state = from_tables({"host": ROOT})
    asked = parse("mount -t tmpfs x /a/b", "host").operations
    with pytest.raises(UnknownPath) as caught:
        do(state, asked)
    assert caught.value.space == "host"
    told = know(state, "host", {"/a/b": "dir"})
    assert do(told, asked).refusal is None


def test_what_is_told_about_a_mount_point_goes_to_what_is_mounted_there():
    state = know(
        from_tables({"host": ROOT + b"3 2 0:6 /in /a rw - tmpfs a rw\n"}), "host", {"/a/x/y": "file"}
    )
    assert state.filesystems[state.mounts[3].fs].paths["/in/x/y"] == "file"


def test_locks_are_carried_over_from_the_last_known_state(walk):
    walk.type("mount -t tmpfs x /a", "web = unshare -Um --propagation unchanged", "web: mount -t tmpfs y /b")
    live = walk.world.state()
    assert not any(mount.locked for mount in live.mounts.values())
    known = carry(live, walk.state)
    assert canonical(known, locks=True) == canonical(walk.state, locks=True)
    refusal = do(known, parse("web: umount /a").operations).refusal
    assert refusal.rule.id == "umount.locked"
    assert do(known, parse("web: umount /b").operations).refusal is None


def test_a_model_that_is_behind_is_not_carried_over(walk):
    before = walk.state
    walk.type("mount -t tmpfs x /a")
    with pytest.raises(NotUnderstood, match="only one of the kernel and the model has a mount on '/a'"):
        carry(walk.world.state(), before)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (ROOT[:-5], "cut short"),
        (b"2 1 0:5 / /\n", "missing"),
        (ROOT + ROOT, "two mounts"),
        (b"2 3 0:5 / / rw - t t rw\n3 2 0:5 / / rw - t t rw\n", "above itself"),
        (ROOT + b"3 2 0:6 / /a rw - t t rw\n4 3 0:6 / /b rw - t t rw\n", "not below its parent"),
    ],
)
def test_a_table_that_makes_no_sense_is_quoted(table, said):
    with pytest.raises(MountinfoError, match=said):
        from_tables({"host": table})


def test_a_space_without_mounts_in_sight_must_say_where_its_root_is():
    with pytest.raises(NotUnderstood, match="'view'"):
        from_tables({"host": ROOT, "view": b""}, {"host": "m", "view": "m"})
    state = from_tables({"host": ROOT, "view": b""}, {"host": "m", "view": "m"}, roots={"view": (2, "/a")})
    assert state.spaces["view"].root == (2, "/a")


TEXT = """
# two namespaces
space host
/ root
/mnt data shared:A ro,nodev
/mnt/in data[/in] shared:A
files data /a f:/b
space web user:child
/ root
/mnt data master:A locked locks:ro,atime
space view in:host root:/mnt
"""


def test_a_fixture_says_it_all():
    state = parse_state(TEXT)
    assert canonical(state, locks=True).splitlines() == [
        "host",
        "  . 1/ rw,relatime",
        "    /mnt 2/ ro,nodev,relatime shared:1",
        "      /in 2/in rw,relatime shared:1",
        "web",
        "  . 1/ rw,relatime",
        "    /mnt 2/ rw,relatime master:1 locked locks:17",
        "view",
        "  . 2/ ro,nodev,relatime shared:1",
        "    /in 2/in rw,relatime shared:1",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "/mnt data",
        "space host wild:x",
        "space host\n/ root sideways",
        "space host\nfiles data a",
        "room host",
        "space view in:none",
    ],
)
def test_a_fixture_that_is_not_understood_is_quoted(text):
    with pytest.raises(NotUnderstood) as caught:
        parse_state(text)
    assert text.splitlines()[-1] in str(caught.value)
