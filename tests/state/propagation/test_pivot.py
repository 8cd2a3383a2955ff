"""pivot_root's table of errors, and what it does to those who stand on the old root."""

from __future__ import annotations

import pytest

GOOD = ("mount -t tmpfs n /a", "mkdir /a/old")
ROWS = {
    "pivot.shared-put-old": ((*GOOD, "mount -t tmpfs o /a/old", "mount --make-shared /a/old"), "/a /a/old"),
    "pivot.shared-parent": (
        (
            "mount -t tmpfs p /a",
            "mkdir /a/n",
            "mount -t tmpfs n /a/n",
            "mkdir /a/n/old",
            "mount --make-shared /a",
        ),
        "/a/n /a/n/old",
    ),
    "pivot.new-is-root": (("mount -t tmpfs r /a", "mkdir /a/n /a/o", "chroot /a"), "/n /o"),
    "pivot.locked": ((), "/a /b"),
    "pivot.old-on-root": (GOOD, "/a /b"),
    "pivot.new-no-mount": (
        ("mount -t tmpfs n /a", "mkdir -p /a/n/old", "mount -t tmpfs o /a/n/old"),
        "/a/n /a/n/old",
    ),
    "pivot.old-outside": ((*GOOD, "mount -t tmpfs o /b"), "/a /b"),
    "path.no-directory": (GOOD, "/a /f"),
    "path.missing": (GOOD, "/a /a/nowhere"),
}


@pytest.mark.parametrize("rule", ROWS)
def test_pivot_root_is_refused(walk, rule):
    lines, operands = ROWS[rule]
    walk.type(*lines)
    assert walk.rule(f"pivot_root {operands}") == rule


def test_a_shared_new_root_will_do_where_put_old_lies_on_a_mount_of_its_own(walk):
    walk.type(*GOOD, "mount --make-shared /a")
    assert walk.rule("pivot_root /a /a/old") == "pivot.shared-put-old"
    walk.type("mount -t tmpfs o /a/old", "mount --make-private /a/old")
    assert walk.type("pivot_root /a /a/old") == ""


def test_the_root_of_a_chroot_to_a_plain_directory_is_no_mount_point(walk):
    walk.type("mkdir /a/n", "mount -t tmpfs n /a/n", "mkdir /a/n/old", "chroot /a")
    assert walk.rule("pivot_root /n /n/old") == "pivot.root-no-mount"


def test_a_chroot_to_a_mount_point_can_be_pivoted(walk):
    walk.type("mount -t tmpfs r /a", "mkdir /a/n", "mount -t tmpfs n /a/n", "mkdir /a/n/old", "chroot /a")
    assert walk.type("pivot_root /n /n/old") == ""
    assert walk.seen() == ["/", "/old"]


def test_the_parent_of_the_current_root_must_not_be_shared(walk):
    walk.type(
        "mount -t tmpfs r /a",
        "mkdir /a/n",
        "mount -t tmpfs n /a/n",
        "mkdir /a/n/old",
        "mount --make-shared /",
    )
    walk.type("view = unshare -U --map-root-user", "chroot /a")
    assert walk.rule("pivot_root /n /n/old") == "pivot.shared-root"


def test_a_locked_new_root_must_be_bound_first(walk):
    walk.type(*GOOD, "web = unshare -Um --propagation unchanged")
    assert walk.rule("web: pivot_root /a /a/old") == "pivot.locked"
    assert walk.type("web: mount --rbind /a /a", "web: pivot_root /a /a/old") == ""


def test_everyone_who_stood_on_the_old_root_stands_on_the_new_one(walk):
    walk.type(*GOOD, "other = unshare -U")
    walk.type("pivot_root /a /a/old", "umount -l /old")
    assert walk.seen("other") == walk.seen("host") == ["/"]


def test_pivot_root_is_not_propagated(walk):
    walk.type(
        "mount --make-shared /", "web = unshare -m --propagation unchanged", "mount --make-private /", *GOOD
    )
    assert walk.type("pivot_root /a /a/old") == ""
    assert walk.seen("web") == ["/"]


def test_without_capability_over_the_mount_namespace_nothing_goes(walk):
    walk.type(*GOOD, "user = unshare -U")
    assert walk.rule("user: pivot_root /a /a/old") == "admin.mount"
