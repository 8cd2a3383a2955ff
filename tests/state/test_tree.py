"""The tree says of each mount whether a path leads to it, as the kernel's own lookup does."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nslab import KernelRefused, Lab
from nslab.state.mountinfo import Mount, format_mountinfo, parse_mountinfo
from nslab.state.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nslab import Space

PLACES = ["/t", "/t/a", "/t/a/b", "/t/a/b/c", "/t/ab", "/s", "/s/a", "/s/a/b"]
Step = tuple[str, str, str]


def mount(number: int, parent: int, point: str, source: str = "x") -> Mount:
    return Mount(
        number, parent, (0, number), "/", point, "rw", 0, 0, 0, False, (), "tmpfs", source, "rw", number
    )


def look_up(points: list[str]) -> list[int]:
    """Return the id of the mount that each path ends on, 0 where there is no such path."""
    found = []
    for point in points:
        try:
            opened = os.open(point, os.O_PATH)
        except OSError:
            found.append(0)
            continue
        with open(f"/proc/self/fdinfo/{opened}") as told:
            found.append(int(told.read().partition("mnt_id:")[2].split()[0]))
        os.close(opened)
    return found


def read(space: Space) -> Tree:
    return Tree(parse_mountinfo(space.call(table)))


def table() -> bytes:
    with open("/proc/self/mountinfo", "rb") as file:
        return file.read()


def differences(space: Space) -> list[str]:
    """Return each mount whose visibility the tree and the kernel see differently."""
    tree = read(space)
    found = space.call(look_up, [one.point for one in tree.mounts])
    for one in tree.mounts:
        cover = tree.covering(one)
        assert cover is None or f"{one.point}/".startswith(cover.point.rstrip("/") + "/")
        assert cover is not one
    return [
        f"{one}: lookup ends on {number}, covered by {tree.covering(one)}"
        for one, number in zip(tree.mounts, found, strict=True)
        if (tree.covering(one) is None) != (number == one.id)
    ]


def make_places(places: list[str]) -> None:
    for place in places:
        os.makedirs(place, exist_ok=True)


def do(space: Space, step: Step) -> None:
    """Do one operation, and make the places again in what it mounted."""
    verb, one, other = step
    operations = {
        "mount": lambda: space.mount("tmpfs", one),
        "bind": lambda: space.bind(one, other),
        "rbind": lambda: space.bind(one, other, recursive=True),
        "move": lambda: space.move(one, other),
        "shared": lambda: space.make_shared(one),
        "slave": lambda: space.make_slave(one),
        "umount": lambda: space.umount(one, lazy=True),
    }
    with suppress(KernelRefused):
        operations[verb]()
    space.call(make_places, PLACES)


steps = st.tuples(
    st.sampled_from(["mount", "mount", "bind", "rbind", "move", "shared", "slave", "umount"]),
    st.sampled_from(PLACES),
    st.sampled_from(PLACES),
)


@pytest.fixture(scope="module")
def shared_lab() -> Iterator[Lab]:
    with Lab(quiet=True) as lab:
        yield lab


@settings(max_examples=60)
@given(st.lists(steps, min_size=4, max_size=14))
def test_a_mount_is_uncovered_exactly_when_a_lookup_ends_on_it(shared_lab: Lab, sequence: list[Step]) -> None:
    space = shared_lab.host.unshare("mnt", name="random", propagation="private")
    try:
        space.mkdir(*PLACES)
        for step in [("mount", "/t", ""), ("shared", "/t", ""), *sequence]:
            do(space, step)
        assert differences(space) == []
    finally:
        space.kill()


def test_a_stack_shows_its_top(lab: Lab) -> None:
    lab.host.run(
        "mkdir /t; for i in 1 2 3; do mount -t tmpfs s$i /t; done; mkdir /t/in; mount -t tmpfs in /t/in"
    )
    tree = read(lab.host)
    levels = [
        (one.source, tree.place(one)[1:], cover.source if (cover := tree.covering(one)) else None)
        for one in tree.mounts
        if one.point.startswith("/t")
    ]
    assert levels == [
        ("s1", (("t", 0),), "s2"),
        ("s2", (("t", 1),), "s3"),
        ("s3", (("t", 2),), None),
        ("in", (("t", 2), ("in", 0)), None),
    ]
    assert differences(lab.host) == []


def test_a_mount_above_hides_what_lies_deeper(lab: Lab) -> None:
    lab.host.run(
        "mkdir -p /t; mount -t tmpfs t /t; mkdir -p /t/a/b /t/ab; mount -t tmpfs deep /t/a/b; "
        "mount -t tmpfs near /t/ab; mount -t tmpfs over /t/a"
    )
    tree = read(lab.host)
    hidden = {one.source: cover.source for one in tree.mounts if (cover := tree.covering(one))}
    assert hidden == {"deep": "over"}
    assert differences(lab.host) == []


def test_a_mount_tucked_under_another_is_covered_by_it(lab: Lab) -> None:
    lab.host.run("mkdir /t; mount -t tmpfs t /t; mount --make-shared /t; mkdir /t/a")
    web = lab.host.unshare("mnt", name="web")
    web.make_slave("/t")
    web.mount("tmpfs", "/t/a", name="first")
    lab.host.mount("tmpfs", "/t/a", name="tucked")
    tree = read(web)
    first = next(one for one in tree.mounts if one.source == "first")
    tucked = next(one for one in tree.mounts if one.source == "tucked")
    assert tree.parent(first) is tucked
    assert (tree.place(tucked)[-1], tree.place(first)[-1]) == (("a", 0), ("a", 1))
    assert tree.covering(tucked) is first
    assert differences(web) == []


def test_a_mount_on_the_root_is_out_of_sight_of_those_who_stand_on_it(lab: Lab) -> None:
    lab.host.mount("tmpfs", "/", name="above")
    tree = read(lab.host)
    above = next(one for one in tree.mounts if one.source == "above")
    assert tree.root is not None
    assert (tree.covering(above), tree.covering(tree.root)) == (tree.root, None)
    assert differences(lab.host) == []


@pytest.mark.parametrize("directory", ["/box", "/box/root"], ids=["a mount", "a directory"])
def test_a_root_in_the_middle_of_the_tree_is_seen_through(lab: Lab, directory: str) -> None:
    lab.host.run(
        f"mkdir /box; mount -t tmpfs box /box; mkdir -p {directory}/x/y {directory}/proc; "
        f"mount --bind /proc {directory}/proc; mount -t tmpfs y {directory}/x/y; "
        f"mount -t tmpfs x {directory}/x"
    )
    space = lab.host.unshare("uts", name="boxed")
    space.chroot(directory)
    tree = read(space)
    assert {one.point for one in tree.mounts} >= {"/proc", "/x", "/x/y"}
    assert [one.point for one in tree.roots] == (["/"] if directory == "/box" else ["/proc", "/x/y", "/x"])
    assert differences(space) == []


def test_an_empty_table_has_no_root() -> None:
    tree = Tree(())
    assert (tree.root, tree.roots, tree.mounts) == (None, (), ())


def test_children_are_in_the_order_of_the_table() -> None:
    mounts = (mount(1, 0, "/"), mount(3, 1, "/b"), mount(2, 1, "/a"))
    tree = Tree(mounts)
    assert tree.children(mounts[0]) == [mounts[1], mounts[2]]
    assert tree.parent(mounts[2]) is mounts[0]


def test_a_mount_that_is_its_own_parent_is_the_root() -> None:
    tree = Tree((mount(1, 1, "/"), mount(2, 1, "/a")))
    assert tree.root == mount(1, 1, "/")
    assert tree.parent(mount(1, 1, "/")) is None


def test_a_stack_of_ten_thousand_has_its_floors() -> None:
    stack = tuple(mount(number, number - 1, "/" if number == 1 else "/t") for number in range(1, 10_001))
    tree = Tree(parse_mountinfo(format_mountinfo(stack)))
    assert tree.place(stack[-1]) == (("", 0), ("t", 9_998))
    assert tree.covering(stack[-1]) is None
    assert tree.covering(stack[1]) == stack[2]
