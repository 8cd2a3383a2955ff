"""A change lists what happened to each mount, and only that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab.state.change import Change
from nslab.state.mounts import Mounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab import Lab, Space

Event = tuple[str, str, str]


@pytest.fixture
def pair(lab: Lab) -> tuple[Lab, Space, Space]:
    """A lab with a shared /t in host, and web, whose /t is a slave of it."""
    lab.host.run("mkdir /t /u; mount -t tmpfs t /t; mkdir -p /t/a /t/b; mount -t tmpfs b /t/b")
    lab.host.make_shared("/t")
    web = lab.host.unshare("mnt", name="web", propagation="slave")
    return lab, lab.host, web


def events(lab: Lab, what: Callable[[], object], under: str | None = "/t") -> list[Event]:
    """Return verb, space and path of each event that *what* causes."""
    with lab.watch(under=under) as watch:
        what()
    return [(event.verb, event.spaces, event.mount.point) for event in watch.figure.change.events()]


def test_nothing_done_is_no_event(pair: tuple[Lab, Space, Space]) -> None:
    lab, _, _ = pair
    assert events(lab, lambda: None) == []


def test_a_mount_and_its_copies_are_attached(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, _ = pair
    assert events(lab, lambda: host.mount("tmpfs", "/t/a")) == [
        ("attached", "host", "/t/a"),
        ("attached", "web", "/t/a"),
    ]


def test_a_mount_and_its_copies_are_detached(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, _ = pair
    host.mount("tmpfs", "/t/a")
    assert events(lab, lambda: host.umount("/t/a")) == [
        ("detached", "host", "/t/a"),
        ("detached", "web", "/t/a"),
    ]


def test_a_mount_that_is_replaced_is_another_one(pair: tuple[Lab, Space, Space]) -> None:
    lab, _, web = pair
    web.mount("tmpfs", "/t/a", name="x")
    assert events(lab, lambda: (web.umount("/t/a"), web.mount("tmpfs", "/t/a", name="x"))) == [
        ("attached", "web", "/t/a"),
        ("detached", "web", "/t/a"),
    ]


def test_a_change_of_type_is_one_event(pair: tuple[Lab, Space, Space]) -> None:
    lab, _, web = pair
    assert events(lab, lambda: web.make_private("/t")) == [("changed type", "web", "/t")]
    assert events(lab, lambda: web.make_unbindable("/t/b")) == [("changed type", "web", "/t/b")]


def test_a_move_into_a_shared_mount_is_a_move_and_a_change_of_type(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, _ = pair
    host.mount("tmpfs", "/u", name="u")
    assert events(lab, lambda: host.move("/u", "/t/a")) == [
        ("changed type", "host", "/t/a"),
        ("moved", "host", "/t/a"),
        ("attached", "web", "/t/a"),
    ]


def test_a_move_takes_what_is_below_along(pair: tuple[Lab, Space, Space]) -> None:
    lab, _, web = pair
    web.mount("tmpfs", "/u", name="u")
    web.mkdir("/u/in")
    web.mount("tmpfs", "/u/in", name="in")
    assert events(lab, lambda: web.move("/u", "/t/a"), under=None) == [
        ("moved", "web", "/t/a"),
        ("moved", "web", "/t/a/in"),
    ]


def test_a_copy_that_comes_under_a_mount_is_tucked(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, web = pair
    web.mount("tmpfs", "/t/a", name="first")
    with lab.watch(under="/t") as watch:
        host.mount("tmpfs", "/t/a", name="later")
    attached, tucked = watch.figure.change.events()
    assert (attached.verb, attached.spaces) == ("attached", "host")
    assert (tucked.verb, tucked.spaces, tucked.mount.source) == ("tucked", "web", "later")
    assert tucked.before is not None
    assert tucked.before.source == "first"
    assert events(lab, lambda: host.umount("/t/a")) == [
        ("detached", "host", "/t/a"),
        ("detached", "web", "/t/a"),
    ]


def test_a_mount_on_top_is_attached(pair: tuple[Lab, Space, Space]) -> None:
    lab, _, web = pair
    assert events(lab, lambda: web.mount("tmpfs", "/t/b")) == [("attached", "web", "/t/b")]


def test_what_is_not_asked_about_is_not_told(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, _ = pair
    assert events(lab, lambda: host.mount("tmpfs", "/u")) == []
    assert events(lab, lambda: host.mount("tmpfs", "/u"), under=None) == [("attached", "host", "/u")]


def test_a_new_namespace_is_a_copy_of_its_mounts(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, _ = pair
    assert events(lab, lambda: host.unshare("mnt", name="db")) == [
        ("copied", "db", "/t"),
        ("copied", "db", "/t/b"),
    ]


def test_a_namespace_that_ends_takes_its_mounts_along(pair: tuple[Lab, Space, Space]) -> None:
    lab, _, web = pair
    assert events(lab, web.kill) == [("ended", "web", "/t"), ("ended", "web", "/t/b")]


def test_a_space_that_joins_a_namespace_changes_no_mount(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, web = pair
    assert events(lab, lambda: host.join(web, "mnt", name="guest")) == []
    assert events(lab, web.kill) == []


def test_new_are_the_identities_that_came(pair: tuple[Lab, Space, Space]) -> None:
    lab, host, web = pair
    web.mount("tmpfs", "/t/a", name="first")
    with lab.watch(under="/t") as watch:
        host.mount("tmpfs", "/t/a", name="later")
        web.make_private("/t/b")
    change = watch.figure.change
    came = {mount.identity for mount in change.after.everything()} - {
        mount.identity for mount in change.before.everything()
    }
    assert change.new() == came
    assert len(came) == 2


def test_a_change_needs_no_kernel() -> None:
    before = Mounts.read({"host": b"1 0 0:1 / / rw - tmpfs root rw\n"})
    after = Mounts.read({"host": b"1 0 0:1 / / rw shared:1 - tmpfs root rw\n"})
    (event,) = Change(before, after, ("host# mount --make-shared /",)).events()
    assert (event.verb, event.spaces, event.before) == (
        "changed type",
        "host",
        next(iter(before.everything())),
    )
