"""What the random walks found, each as short as it got, and named after what the model had not known."""

from __future__ import annotations

import pytest

from nslab.state.propagation import (
    Bind,
    Chdir,
    Make,
    Mount,
    Move,
    PivotRoot,
    Remount,
    RemovePath,
    Umount,
    Unshare,
)

FOUND = {
    "umount of / goes to the top of the stack that hides the root": (
        Bind("host", "/b", "/"),
        Umount("host", "/", lazy=True),
    ),
    "no user namespace for who stands below a mount on /": (
        Bind("host", "/b", "/"),
        Unshare("host", "web", user=True),
    ),
    "the parent of / is the top of the stack on /": (
        Mount("host", "tmpfs", "/"),
        Bind("host", "/..", "/b"),
    ),
    "strictatime on a new file system is no relatime": (
        Mount("host", "tmpfs", "/", options=("strictatime",)),
    ),
    "a moved tree that holds receivers is copied before the copies are attached": (
        Bind("host", "/", "/", recursive=True),
        Unshare("host", "s1", mount=False),
        Make("s1", "/", "shared", recursive=True),
        Bind("host", "/", "/e"),
        Bind("s1", "/b", "/", recursive=True),
        Make("host", "/", "slave"),
        Bind("s1", "/", "/", recursive=True),
        Move("host", "/e", "/"),
    ),
    "a mount can go onto the root of its own parent by a move": (
        Mount("host", "tmpfs", "/a", paths=("/b",)),
        Mount("host", "tmpfs", "/a/b"),
        Move("host", "/a/b", "/a"),
    ),
    "what shows a removed directory can't be attached again": (
        Bind("host", "/e", "/d"),
        RemovePath("host", "/e"),
        Bind("host", "/d", "/b"),
        Move("host", "/d", "/b"),
    ),
    "a file system with a removed directory in use can't be made read-only": (
        Bind("host", "/e", "/d"),
        RemovePath("host", "/e"),
        Remount("host", "/", ("ro",)),
        Umount("host", "/d"),
        Remount("host", "/", ("ro",)),
    ),
    "the parent of a removed directory is the one it was removed from": (
        Chdir("host", "/e"),
        RemovePath("host", "/e"),
        Make("host", "..", "shared", recursive=True),
    ),
    "a pivot in a namespace whose root was stacked": (
        Bind("host", "/a", "/a"),
        PivotRoot("host", "/a", "/a/b"),
        Bind("host", "/", "/"),
        PivotRoot("host", "/b", "/b/e"),
    ),
    "access times stay as they were on a remount that does not name them": (
        Remount("host", "/", ("noatime",), bind=True),
        Remount("host", "/", ("nodev",), bind=True),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_model_knows_that(walk, name):
    for asked in FOUND[name]:
        walk.step(asked)
    assert walk.done == list(FOUND[name])
