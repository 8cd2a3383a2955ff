"""Every row and cell of the rules' tables, run on the kernel and on the model at once.

Source: mount_namespaces(7); Documentation/filesystems/sharedsubtree.rst.
"""

from __future__ import annotations

import itertools

import pytest

from nslab.state.propagation import flags

SHARED = ("mount -t tmpfs x /a", "mkdir /a/in", "mount --make-shared /a")
SLAVE = (*SHARED, "mount --bind /a /b", "mount --make-slave /b")
STATES = {
    "shared, peers": ("/a", (*SHARED, "mount --bind /a /b")),
    "shared, alone": ("/a", SHARED),
    "slave": ("/b", SLAVE),
    "slave and shared, alone": ("/b", (*SLAVE, "mount --make-shared /b")),
    "slave and shared, peers": ("/b", (*SLAVE, "mount --make-shared /b", "mount --bind /b /d")),
    "private": ("/a", ("mount -t tmpfs x /a", "mkdir /a/in")),
    "unbindable": ("/a", ("mount -t tmpfs x /a", "mkdir /a/in", "mount --make-unbindable /a")),
}
CHANGES = {
    "shared, peers": ("shared", "slave", "private", "unbindable"),
    "shared, alone": ("shared", "private", "private", "unbindable"),
    "slave": ("shared+slave", "slave", "private", "unbindable"),
    "slave and shared, alone": ("shared+slave", "slave", "private", "unbindable"),
    "slave and shared, peers": ("shared+slave", "slave", "private", "unbindable"),
    "private": ("shared", "private", "private", "unbindable"),
    "unbindable": ("shared", "unbindable", "private", "unbindable"),
}
KINDS = ("shared", "slave", "private", "unbindable")


@pytest.mark.parametrize(("start", "number"), list(itertools.product(STATES, range(4))))
def test_making_a_mount_of_each_kind_another(walk, start, number):
    target, lines = STATES[start]
    assert walk.type(*lines, f"mount --make-{KINDS[number]} {target}") == ""
    assert walk.at(target).propagation == CHANGES[start][number]


def test_a_mount_that_leaves_its_peers_hears_them_and_not_its_old_master(walk):
    walk.type(*STATES["slave and shared, peers"][1], "mount --make-slave /b")
    assert walk.at("/b").master == walk.at("/d").group
    assert walk.at("/d").master == walk.at("/a").group


def test_a_slave_left_alone_in_its_group_keeps_its_master(walk):
    walk.type(*STATES["slave and shared, alone"][1], "mount --make-slave /b")
    assert walk.at("/b").master == walk.at("/a").group


def test_slaves_of_the_last_member_lose_their_master(walk):
    walk.type(*SLAVE, "mount --make-slave /a")
    assert (walk.at("/a").propagation, walk.at("/b").propagation) == ("private", "private")


def test_the_middle_of_a_chain_hands_its_slaves_to_its_master(walk):
    walk.type(*SLAVE, "mount --make-shared /b", "mount --bind /b /d", "mount --make-slave /d", "umount /b")
    assert walk.at("/d").master == walk.at("/a").group


def test_recursion_changes_everything_below(walk):
    walk.type("mount -t tmpfs x /a", "mkdir /a/in", "mount -t tmpfs y /a/in", "mount --make-rshared /")
    assert {mount.propagation for mount in walk.state.mounts.values() if mount.root == "/"} >= {"shared"}
    walk.type("mount --make-rprivate /")
    assert walk.at("/a/in").propagation == "private"


def test_changing_a_type_does_not_propagate_and_is_allowed_on_a_locked_mount(walk):
    walk.type(
        "mount -t tmpfs x /a",
        "mount --make-shared /a",
        "mount --bind /a /b",
        "web = unshare -Um --propagation unchanged",
    )
    assert walk.at("/a", "web").locked
    assert walk.type("web: mount --make-private /a") == ""
    assert (walk.at("/a", "web").propagation, walk.at("/b", "web").propagation) == ("private", "slave")


SOURCES = {
    "shared": ("mount -t tmpfs x /a", "mount --make-shared /a"),
    "private": ("mount -t tmpfs x /a",),
    "slave": ("mount -t tmpfs x /b", "mount --make-shared /b", "mount --bind /b /a", "mount --make-slave /a"),
    "shared+slave": (
        *("mount -t tmpfs x /b", "mount --make-shared /b", "mount --bind /b /a", "mount --make-slave /a"),
        "mount --make-shared /a",
    ),
    "unbindable": ("mount -t tmpfs x /a", "mount --make-unbindable /a"),
}
PLACE = ("mount -t tmpfs p /d", "mkdir /d/p")
BIND = {
    (True, "shared"): "shared",
    (True, "private"): "shared",
    (True, "slave"): "shared+slave",
    (True, "shared+slave"): "shared+slave",
    (False, "shared"): "shared",
    (False, "private"): "private",
    (False, "slave"): "slave",
    (False, "shared+slave"): "shared+slave",
}


@pytest.mark.parametrize(("shared", "kind"), list(itertools.product((True, False), SOURCES)))
def test_binding_each_kind(walk, shared, kind):
    walk.type(*PLACE, *(["mount --make-shared /d"] if shared else []), *SOURCES[kind])
    if kind == "unbindable":
        assert walk.rule("mount --bind /a /d/p") == "bind.unbindable"
        assert walk.rule("mount --rbind /a /d/p") == "bind.unbindable"
        return
    assert walk.type("mount --bind /a /d/p") == ""
    assert walk.at("/d/p").propagation == BIND[shared, kind]
    if "shared" in kind:
        assert walk.at("/d/p").group == walk.at("/a").group


MOVE = {
    (True, "shared"): "shared",
    (True, "private"): "shared",
    (True, "slave"): "shared+slave",
    (True, "shared+slave"): "shared+slave",
    (False, "unbindable"): "unbindable",
}


@pytest.mark.parametrize(("shared", "kind"), list(itertools.product((True, False), SOURCES)))
def test_moving_each_kind(walk, shared, kind):
    walk.type(*PLACE, *(["mount --make-shared /d"] if shared else []), *SOURCES[kind])
    before = walk.at("/a")
    if shared and kind == "unbindable":
        assert walk.rule("mount --move /a /d/p") == "move.unbindable"
        return
    assert walk.type("mount --move /a /d/p") == ""
    after = walk.at("/d/p")
    assert after.id == before.id
    assert after.propagation == MOVE.get((shared, kind), kind)


@pytest.mark.parametrize("kind", ["shared", "private", "slave", "shared+slave", "unbindable"])
def test_a_new_file_system_is_like_a_bind_of_a_private_mount(walk, kind):
    walk.type(*SOURCES[kind], "mkdir /a/p", "mount -t tmpfs new /a/p")
    assert walk.at("/a/p").propagation == ("shared" if "shared" in kind else "private")


CLONES = {
    ("shared", False): ("shared", "group"),
    ("slave", False): ("slave", "master"),
    ("shared+slave", False): ("shared+slave", "group"),
    ("private", False): ("private", ""),
    ("unbindable", False): ("private", ""),
    ("shared", True): ("slave", "group"),
    ("slave", True): ("slave", "master"),
    ("shared+slave", True): ("slave", "group"),
    ("private", True): ("private", ""),
    ("unbindable", True): ("private", ""),
}


@pytest.mark.parametrize(("kind", "user"), CLONES)
def test_a_new_mount_namespace_in_the_same_and_in_another_user_namespace(walk, kind, user):
    walk.type(*SOURCES[kind], f"web = unshare {'-Um' if user else '-m'} --propagation unchanged")
    old, new = walk.at("/a"), walk.at("/a", "web")
    propagation, follows = CLONES[kind, user]
    if kind == "unbindable" and not walk.state.kernel.forgets_unbindable:
        propagation = "unbindable"
    assert new.propagation == propagation
    if follows:
        assert (new.master if "shared" not in propagation else new.group) == getattr(old, follows)
    assert new.locked is user


MATRIX = {
    "shared": (),
    "slave": ("web: mount --make-slave /a",),
    "private": ("web: mount --make-private /a",),
}


@pytest.mark.parametrize(
    ("first", "second", "there", "back"),
    [
        ("shared", "shared", True, True),
        ("shared", "slave", True, False),
        ("slave", "shared", False, True),
        ("private", "shared", False, False),
        ("shared", "private", False, False),
        ("private", "private", False, False),
    ],
)
def test_what_one_namespace_sees_of_another(walk, first, second, there, back):
    walk.type(
        *SOURCES["shared"], "mkdir /a/there", "mkdir /a/back", "web = unshare -m --propagation unchanged"
    )
    walk.type(
        *(
            f"{name}: mount --make-{kind} /a"
            for name, kind in (("host", first), ("web", second))
            if kind != "shared"
        )
    )
    walk.type("mount -t tmpfs new /a/there", "web: mount -t tmpfs new /a/back")
    assert ("/a/there" in walk.seen("web"), "/a/back" in walk.seen("host")) == (there, back)


def test_making_a_slave_where_no_peer_is_left_makes_it_private(walk):
    walk.type("mount -t tmpfs x /a", "mount --make-shared /a", "mount --make-slave /a")
    assert walk.at("/a").propagation == "private"


def test_all_options_are_locked_that_a_less_privileged_namespace_inherits(walk):
    walk.type(
        "mount -t tmpfs -o ro,nodev,nosuid,noexec,noatime x /a", "web = unshare -Um --propagation unchanged"
    )
    given = "ro,nodev,nosuid,noexec,noatime"
    for option in given.split(","):
        left = [word for word in given.split(",") if word != option]
        assert (
            walk.rule(f"web: mount -o remount,bind,{','.join([*left, flags_off(option)])} /a")
            == "remount.locked"
        )
    assert walk.type(f"web: mount -o remount,bind,{given} /a") == ""


def flags_off(option):
    """Return the word that clears *option*."""
    return {"ro": "rw", "noatime": "strictatime"}.get(option, option.removeprefix("no"))


def test_a_mount_that_was_writable_can_be_made_read_only_and_back_below(walk):
    walk.type("mount -t tmpfs x /a", "web = unshare -Um --propagation unchanged")
    assert walk.type("web: mount -o remount,bind,ro /a", "web: mount -o remount,bind,rw /a") == ""
    assert not walk.at("/a", "web").flags & flags.RO
