"""The quiz at the end of the kernel's sharedsubtree.rst, and mounts that multiply, on kernel and model."""

from __future__ import annotations

import pytest

from nslab.state.propagation import Bind


def test_quiz_a_a_peer_that_is_moved_below_itself(walk):
    walk.type("mkdir -p /a/1", "mount --bind /a /a", "mount --make-shared /a", "mount --bind /a /d")
    assert walk.type("mount --move /d /a/1") == ""
    assert walk.seen() == ["/", "/a", "/a/1", "/a/1/1"]
    outer, moved, copy = (walk.at(path) for path in ("/a", "/a/1", "/a/1/1"))
    assert (
        (outer.fs, outer.root, outer.group)
        == (moved.fs, moved.root, moved.group)
        == (copy.fs, copy.root, copy.group)
    )
    assert walk.at("/a/1/1/1") == copy, "nothing is mounted there, and the directory is empty"


def test_quiz_b_the_root_bound_below_itself(walk):
    walk.type("mount --make-rshared /", "mkdir -p /v/1")
    assert walk.type("mount --rbind / /v/1") == ""
    assert walk.seen() == ["/", "/v/1"]
    assert walk.at("/v/1/v/1") == walk.at("/v/1"), "nothing is mounted there: it is the empty directory"


def test_quiz_c_a_group_in_between_that_does_not_show_the_place(walk):
    walk.type(
        "mkdir -p /a/1/2/3 /a/1/test", "mount --bind /a /a", "mount --make-shared /a", "mount --bind /a/1 /d"
    )
    walk.type(
        "mount --make-slave /a", "mount --make-shared /a", "mount --bind /a/1/2 /e", "mount --make-slave /a"
    )
    first, second, third = walk.at("/d"), walk.at("/e"), walk.at("/a")
    assert (first.master, second.master, third.master) == (0, first.group, second.group)
    assert walk.type("mount --bind /b /d/test") == ""
    assert walk.seen() == ["/", "/a", "/a/1/test", "/d", "/d/test", "/e"]
    assert walk.at("/a/1/test").root == "/b"
    assert walk.at("/a/1/test").master == walk.at("/d/test").group


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("shared", [2, 6, 42]), ("private", [2, 4, 8, 16, 32]), ("unbindable", [2, 3, 4, 5, 6])],
)
def test_binding_a_tree_into_itself_again_and_again(walk, kind, counts):
    walk.type("mount -t tmpfs x /e", f"mount --make-{'shared' if kind == 'shared' else 'private'} /e")
    found = []
    for number in range(len(counts)):
        if kind == "unbindable":
            walk.type(
                f"mkdir /e/{number}", f"mount --bind /e /e/{number}", f"mount --make-unbindable /e/{number}"
            )
        else:
            walk.type(f"mkdir /e/{number}", f"mount --rbind /e /e/{number}")
        found.append(sum(path.startswith("/e") for path in walk.seen()))
    assert found == counts


def test_a_shared_tree_multiplies_until_the_namespace_is_full(walk):
    walk.type("mount -t tmpfs x /e", "mount --make-shared /e")
    for number in range(4):
        walk.type(f"mkdir /e/{number}")
        assert walk.step(Bind("host", "/e", f"/e/{number}", recursive=True)) == ""
    assert sum(path.startswith("/e") for path in walk.seen()) == 1806
    walk.type("mkdir /e/4")
    assert walk.rule("mount --rbind /e /e/4") == "limit.mounts"
