"""Where processes stand, as the host sees it: the escape from a chroot, step by step."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nslab.state.standing import Standing, directories
from nslab.view.standing import StandingFigure
from tests.view import measured

if TYPE_CHECKING:
    from nslab import Lab


def places(lab: Lab) -> dict[str, tuple[str | None, str | None, bool]]:
    return {one.space: (one.root, one.cwd, one.escaped) for one in lab.roots().standing}


def test_the_escape_is_seen_at_each_step(lab: Lab) -> None:
    lab.host.run("mkdir -p /srv/jail")
    box = lab.host.unshare("uts", name="box")
    box.chroot("/srv/jail")
    assert places(lab)["box"] == ("/srv/jail", "/srv/jail", False)
    box.call(os.mkdir, "/x")
    box.call(os.chroot, "/x")
    assert places(lab)["box"] == ("/srv/jail/x", "/srv/jail", True)
    for _ in range(3):
        box.call(os.chdir, "..")
    assert places(lab)["box"] == ("/srv/jail/x", "/", True)
    box.call(os.chroot, ".")
    assert places(lab)["box"] == places(lab)["host"] == ("/", "/", False)


def test_another_mount_namespace_has_no_path_here(lab: Lab) -> None:
    lab.host.unshare("mnt", name="far")
    assert places(lab)["far"] == (None, None, False)
    last = repr(lab.roots()).splitlines()[-1]
    assert last.split("  ")[0] == "far"
    assert last.count("not to be reached from here") == 2


def test_only_the_directories_on_the_way_are_drawn() -> None:
    some = (Standing("a", "/srv/a b", "/srv/a b/c"), Standing("b", None, None), Standing("c", "/", "/etc"))
    assert directories(some) == ("/", "/etc", "/srv", "/srv/a b", "/srv/a b/c")


def test_words_stand_apart_and_frames_hold_what_is_below() -> None:
    figure = StandingFigure(
        (
            Standing("host", "/", "/"),
            Standing("box", "/srv/jail/x", "/srv/jail"),
            Standing("web", "/srv/jail", "/"),
        )
    )
    drawing = figure.draw()
    words, boxes = measured.words(drawing), measured.boxes(drawing)
    measured.check(drawing)
    assert sorted(measured.inside(words, boxes).sum(axis=0)) == [1, 2]
    assert "box has the root /srv/jail/x and stands in /srv/jail, outside its root" in figure.description()
