"""The quiz at the end of the kernel's sharedsubtree.rst, and the mounts that multiply, on kernel and model."""

from __future__ import annotations

import pytest

from nslab.state.propagation import Bind


def test_quiz_a_a_bind_into_a_shared_tree_of_itself(walk):
    walk.type("mount -t tmpfs x /a", "mkdir /a/1", "mount --make-shared /a")
    assert walk.type("mount --rbind /a /a/1") == ""
    walk.type("mkdir /a/1/deeper")
    one, two, three = (walk.at(path) for path in ("/a", "/a/1", "/a/1/1"))
    assert one.fs == two.fs == three.fs
    assert one.group == two.group
    assert walk.seen().count("/a/1") == 1
    assert "/a/1/1" not in walk.seen(), "it is the directory 1 of the same file system, and nothing is on it"


def test_quiz_a_with_a_bind_of_the_outer_mount_afterwards(walk):
    walk.type("mount -t tmpfs x /a", "mkdir /a/1", "mount --make-shared /a", "mount --rbind /a /a/1")
    assert walk.seen().count("/a/1") == 1
    assert walk.type("mount --rbind /a /a/1") == ""
    assert "/a/1/1" in walk.seen()


def test_quiz_b_a_bind_of_a_tree_below_itself(walk):
    walk.type("mount --make-shared /", "mkdir -p /v/1")
    assert walk.type("mount --rbind / /v/1") == ""
    assert walk.at("/v/1").group == walk.at("/v").group
    assert walk.at("/v/1/v/1") == walk.at("/v/1"), "nothing is mounted on the inner one"


def test_quiz_c_a_peer_that_shows_another_part_does_not_see_it(walk):
    walk.type("mount -t tmpfs x /a", "mkdir -p /a/1/2/3 /a/1/test", "mount --make-shared /a")
    walk.type("mount --bind /a/1/2 /b", "mount --make-slave /b")
    walk.type("mount --bind /a/1 /d", "mount --make-slave /d", "mount -t tmpfs y /e")
    assert walk.type("mount --bind /e /a/1/test") == ""
    assert "/d/test" in walk.seen()
    assert walk.seen() == ["/", "/a", "/a/1/test", "/b", "/d", "/d/test", "/e"]


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("shared", [2, 6, 42]), ("private", [2, 4, 8, 16, 32]), ("unbindable", [2, 3, 4, 5, 6])],
)
def test_binding_a_tree_into_itself_again_and_again(walk, kind, counts):
    walk.type("mount -t tmpfs x /e", f"mount --make-{'shared' if kind == 'shared' else 'private'} /e")
    found = []
    for number in range(len(counts)):
        if kind == "unbindable":
            walk.type(f"mkdir /e/{number}", f"mount --bind /e /e/{number}", f"mount --make-unbindable /e/{number}")
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
