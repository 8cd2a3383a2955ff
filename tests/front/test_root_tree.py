"""Roots and working directories, read from the kernel: chroot, the way out of it, pivot_root."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nslab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nslab.view.root_tree import RootTreeFigure


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(quiet=True) as one:
        yield one


def marked(figure: RootTreeFigure) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.path, row.marks) for row in figure.trees[-1].rows()]


def test_a_second_chroot_leaves_the_working_directory_outside(lab: Lab) -> None:
    lab.host.mkdir("/srv/jail/x")
    box = lab.host.unshare("uts", name="box")
    box.chroot("/srv/jail")
    inside = lab.roots().standing[1]
    box.call(os.chroot, "/x")
    outside = lab.roots().standing[1]
    assert (inside.root, inside.cwd, inside.escaped) == ("/srv/jail", "/srv/jail", False)
    assert (outside.root, outside.cwd, outside.escaped) == ("/srv/jail/x", "/srv/jail", True)


def test_pivot_root_moves_everybody_who_stood_on_the_old_root(lab: Lab) -> None:
    box = lab.host.unshare("mnt", name="box", propagation="private")
    other = lab.host.join(box, "mnt", name="other")
    box.mkdir("/srv/new")
    box.mount("tmpfs", "/srv/new", name="new")
    box.mkdir("/srv/new/old")
    before = marked(other.root_tree())
    box.pivot_root("/srv/new", "/srv/new/old")
    pivoted = marked(other.root_tree())
    box.umount("/old", lazy=True)
    assert before == [("/", ("root", "cwd")), ("/srv/new", ())]
    assert pivoted == [("/", ("root", "cwd")), ("/old", ())]
    assert marked(other.root_tree()) == [("/", ("root", "cwd"))]


def test_the_host_stays_on_its_root(lab: Lab) -> None:
    lab.host.unshare("mnt", name="box")
    assert marked(lab.host.root_tree()) == [("/", ("root", "cwd"))]
    assert repr(lab.roots()).splitlines()[2].split("  ")[0] == "box"


def test_no_descriptor_stays_open(lab: Lab) -> None:
    lab.host.root_tree()
    before = lab.host.call(os.listdir, "/proc/self/fd")
    lab.host.root_tree()
    assert len(lab.host.call(os.listdir, "/proc/self/fd")) == len(before)
