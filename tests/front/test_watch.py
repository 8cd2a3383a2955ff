"""A watch tells what its block did, and the kernel's own log agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab.linux import fanotify

if TYPE_CHECKING:
    from nslab import Lab

SHARED = "mkdir /mnt/s; mount -t tmpfs S /mnt/s; mount --make-shared /mnt/s; mkdir /mnt/s/a /mnt/s/b"


def test_a_strip_says_before_commands_consequences_and_after(lab: Lab) -> None:
    lab.host.run(SHARED)
    lab.host.unshare("mnt", name="web")
    with lab.watch(under="/mnt") as change:
        assert repr(change) == "a watch whose block is not over"
        lab.host.mount("tmpfs", "/mnt/s/a", name="x")
        lab.host.run("mount --make-private /mnt/s")
    assert repr(change) == (
        "before\n"
        "  path    what       host      web\n"
        "  /mnt/s  S (tmpfs)  shared A  shared A\n"
        "  peer groups\n"
        "  A  host:/mnt/s  web:/mnt/s\n"
        "host# mount -t tmpfs x /mnt/s/a\n"
        "host# mount --make-private /mnt/s\n"
        "  ~ host:/mnt/s shared A → private\n"
        "  + host:/mnt/s/a attached, shared B\n"
        "  + web:/mnt/s/a attached, shared B\n"
        "after\n"
        "  path    what       host            web\n"
        "  /mnt/s  S (tmpfs)  private         shared A\n"
        "  └─ a    x (tmpfs)  shared B · new  shared B · new\n"
        "  peer groups\n"
        "  A  web:/mnt/s\n"
        "  B  host:/mnt/s/a · new  web:/mnt/s/a · new"
    )


def test_the_kernels_log_and_the_difference_agree(lab: Lab) -> None:
    lab.host.run(SHARED)
    lab.host.unshare("mnt", name="web")
    lab.host.unshare("user", "mnt", name="guest")
    with lab.watch(under="/mnt") as change:
        lab.host.run("mount -t tmpfs x /mnt/s/a; mount -t tmpfs y /mnt/s/b; umount /mnt/s/b")
    told = change.figure.change
    if not told.log:
        assert lab.host.call(fanotify.watch, 0) is None
        return
    attached = {mount for said in told.log.values() for verb, mount in said if verb == "attached"}
    assert told.new() < attached
    assert told.passing() == {"host": 1, "web": 1, "guest": 1}
    assert "± 1 mount came and went in guest" in repr(change)


def test_a_block_that_fails_still_shows_what_it_did(lab: Lab) -> None:
    change = lab.watch(under="/mnt")

    def fails() -> None:
        with change:
            lab.host.run("mount -t tmpfs x /mnt")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert "+ host:/mnt attached" in repr(change)
    assert lab._watches == []


def test_an_unchanged_lab_says_so(lab: Lab) -> None:
    with lab.watch() as change:
        lab.host.run("true")
    assert "nothing changed" in repr(change)
