"""What chapter 4 shows: each on the kernel and on the model at once."""

from __future__ import annotations

from nslab.state.propagation import RULES, Leave

FS = ("mount -t tmpfs x /a", "mkdir -p /a/b /a/c")


def rules(walk):
    """Return the rules of what the last operation caused."""
    return [event.rule for event in walk.last.events]


def test_the_type_decides_who_is_told(walk):
    walk.type(
        *FS,
        "mount --make-shared /a",
        "mount -t tmpfs p /d",
        "mkdir /d/p",
        "web = unshare -m --propagation unchanged",
    )
    walk.type("mount -t tmpfs s /a/b", "mount -t tmpfs p /d/p")
    assert "/a/b" in walk.seen("web")
    assert "/d/p" not in walk.seen("web")


def test_a_slave_hears_its_master_and_not_the_other_way_round(walk):
    walk.type(
        *FS,
        "mount --make-shared /a",
        "web = unshare -m --propagation unchanged",
        "web: mount --make-slave /a",
    )
    walk.type("web: mount -t tmpfs own /a/b", "mount -t tmpfs down /a/c")
    assert walk.seen() == ["/", "/a", "/a/c"]
    assert walk.seen("web") == ["/", "/a", "/a/b", "/a/c"]
    assert walk.at("/a/b", "web").propagation == "private"
    assert walk.at("/a/c", "web").master == walk.at("/a/c").group


def test_a_private_copy_keeps_what_was_unmounted_outside(walk):
    walk.type(
        "mount --make-shared /",
        *FS,
        "old = unshare -m --propagation private",
        "new = unshare -m --propagation slave",
    )
    assert walk.type("umount /a") == ""
    assert ("/a" in walk.seen("old"), "/a" in walk.seen("new")) == (True, False)


def test_a_copy_slides_under_what_is_there_and_leaves_it_behind(walk):
    walk.type(*FS, "mount --make-shared /a", "mount --bind /a /d", "mount --make-slave /d")
    walk.type("mount -t tmpfs Y /d/b")
    over = walk.at("/d/b")
    walk.type("mount -t tmpfs X /a/b")
    assert rules(walk) == ["attach.shared", "copy.slave", "copy.tucked"]
    assert walk.at("/d/b").id == over.id
    assert walk.state.mounts[walk.at("/d/b").parent].fs == walk.at("/a/b").fs
    walk.type("umount /a/b")
    assert rules(walk) == ["detach.fell", "detach.target", "detach.copy"]
    assert walk.state.mounts[walk.at("/d/b").parent].id == walk.at("/d").id


def test_a_bound_directory_hears_only_of_what_lies_in_it(walk):
    walk.type(*FS, "mkdir /a/b/in", "mount --make-shared /a", "mount --bind /a/b /d")
    walk.type("mount -t tmpfs x /a/c")
    assert walk.seen() == ["/", "/a", "/a/c", "/d"]
    walk.type("mount -t tmpfs x /a/b/in")
    assert walk.seen() == ["/", "/a", "/a/b/in", "/a/c", "/d", "/d/in"]


def test_a_chain_of_groups(walk):
    walk.type(*FS, "mount --make-shared /a")
    for source, target in (("/a", "/b"), ("/b", "/d"), ("/d", "/e")):
        walk.type(
            f"mount --bind {source} {target}", f"mount --make-slave {target}", f"mount --make-shared {target}"
        )
    walk.type("mount -t tmpfs x /a/b")
    assert rules(walk) == ["attach.shared", *["copy.slave-shared"] * 3]
    for above, below in (("/a", "/b"), ("/b", "/d"), ("/d", "/e")):
        assert walk.at(f"{below}/b").master == walk.at(f"{above}/b").group


def test_a_group_that_does_not_show_the_place_is_passed_over(walk):
    walk.type(
        *FS,
        "mkdir /a/b/in",
        "mount --make-shared /a",
        "mount --bind /a/c /b",
        "mount --make-slave /b",
        "mount --make-shared /b",
    )
    walk.type("mount --bind /a /d", "mount --make-slave /d", "mount -t tmpfs x /a/b/in")
    assert walk.seen() == ["/", "/a", "/a/b/in", "/b", "/d", "/d/b/in"]


def chain(walk):
    walk.type(
        *FS, "mount --make-shared /a", "mount --bind /a /b", "mount --make-slave /b", "mount --make-shared /b"
    )
    walk.type(
        "mkdir /e/root",
        "mount --bind /b /e/root",
        "mount --make-slave /e/root",
        "mkdir /e/far",
        "mount --bind /a /e/far",
    )


def test_propagate_from_names_the_next_group_that_is_in_sight(walk):
    chain(walk)
    walk.type("view = unshare -U", "view: chroot /e")
    far, near = walk.at("/e/far"), walk.at("/e/root")
    assert walk.state.propagate_from(near.id, "host") == 0
    assert walk.state.propagate_from(near.id, "view") == far.group
    assert "propagate_from" in walk.world.canonical()


def test_propagate_from_in_a_namespace_that_lost_the_middle(walk):
    chain(walk)
    walk.type("web = unshare -m --propagation unchanged", "web: umount /b")
    near = walk.at("/e/root", "web")
    assert walk.state.propagate_from(near.id, "web") == walk.at("/a", "web").group


def test_a_private_mount_below_spares_the_copy(walk):
    walk.type("mount --make-shared /", "web = unshare -m --propagation unchanged", *FS)
    walk.type("web: mount --make-private /a", "web: mount -t tmpfs own /a/b", "umount /a")
    assert walk.seen("web") == ["/", "/a", "/a/b"]
    assert rules(walk)[0] == "detach.kept-child"


def test_a_mount_over_all_of_a_copy_does_not_spare_it(walk):
    walk.type("mount --make-shared /", "web = unshare -m --propagation unchanged", *FS)
    walk.type("web: mount --make-private /a", "web: mount -t tmpfs over /a", "umount /a")
    assert walk.seen("web") == ["/", "/a"]
    assert "detach.fell" in rules(walk)


def test_an_open_file_in_a_copy_makes_the_original_busy(walk):
    walk.type("mount --make-shared /", "web = unshare -m --propagation unchanged", *FS, "web: cd /a")
    assert walk.rule("umount /a") == "umount.busy-copy"
    assert walk.type("web: cd /", "umount /a") == ""


def test_lazy_umount_of_a_shared_tree_is_told_to_everyone(walk):
    walk.type(
        "mount --make-shared /", "web = unshare -m --propagation unchanged", *FS, "mount -t tmpfs y /a/b"
    )
    assert walk.type("umount -l /a") == ""
    assert walk.seen("web") == ["/"]


def test_what_a_less_privileged_namespace_may_and_may_not(walk):
    walk.type(*FS, "mount -t tmpfs y /a/b", "web = unshare -Um --propagation unchanged")
    assert walk.rule("web: umount /a/b") == "umount.locked"
    assert walk.rule("web: umount -l /a") == "umount.locked"
    assert walk.rule("web: mount --bind /a /d") == "bind.locked-child"
    assert walk.type("web: mount --rbind /a /d", "web: umount -l /d") == ""
    assert walk.type("web: mount --bind /a/b /d", "web: umount /d") == ""
    assert walk.type("web: mount -t tmpfs over /a/b", "web: umount /a/b") == ""
    assert walk.type("web: mount --make-private /a", "web: mount --make-shared /a") == ""


def test_locks_follow_a_tree_that_propagates(walk):
    walk.type(
        "mount --make-shared /", "web = unshare -Um --propagation unchanged", *FS, "mount -t tmpfs y /a/b"
    )
    walk.type("mount --bind /a/c /e", "mount --rbind /a /d")
    assert walk.at("/d/b", "web").locked
    assert not walk.at("/d", "web").locked
    assert walk.rule("web: umount /d/b") == "umount.locked"
    assert walk.rule("web: umount /d") == "umount.children"
    assert walk.type("web: umount -l /d") == ""


def test_who_unmounts_the_original_unlocks_the_copy(walk):
    walk.type(
        "mount --make-shared /",
        *FS,
        "web = unshare -Um --propagation unchanged",
        "web: mount -t tmpfs own /a/b",
    )
    walk.type("umount /a")
    assert rules(walk)[:2] == ["detach.unlocked", "detach.kept-child"]
    assert walk.type("web: umount /a/b", "web: umount /a") == ""


def test_boot_as_systemd_does_and_make_a_service_with_mounts_of_its_own(walk):
    walk.type(
        "mount --make-rshared /", "unit = unshare -m --propagation slave", *FS, "unit: mount -t tmpfs tmp /b"
    )
    assert (walk.seen("unit"), walk.seen()) == (["/", "/a", "/b"], ["/", "/a"])
    walk.type("unit: mount --make-rshared /", "inner = unit: unshare -m")


def test_a_mount_point_that_is_removed_elsewhere_is_unmounted_here(walk):
    walk.type("web = unshare -m --propagation unchanged", "web: mount -t tmpfs x /e")
    assert walk.type("rmdir /e") == ""
    assert walk.seen("web") == ["/"]
    assert rules(walk) == ["detach.rmdir"]


def test_a_bind_of_a_removed_directory_shows_that_it_is_removed(walk):
    walk.type("mount --bind /e /d", "rmdir /e")
    assert walk.at("/d").root == "/e//deleted"
    assert walk.type("mkdir /d/in") == "ENOENT"


def test_two_spaces_in_one_namespace_see_the_same(walk):
    walk.type("view = unshare -U", *FS)
    assert walk.seen("view") == walk.seen("host")


def test_the_end_of_a_namespace_takes_its_mounts_out_of_their_groups(walk):
    walk.type(
        *FS, "mount --make-shared /a", "web = unshare -m --propagation unchanged", "mount --make-slave /a"
    )
    assert walk.at("/a").propagation == "slave"
    walk.step(Leave("web"))
    assert walk.at("/a").propagation == "private"
    assert "group.orphaned" in rules(walk)
    assert RULES["group.orphaned"].says
