"""Locks are read from the kernel, and asking for them changes nothing."""

from __future__ import annotations

from nslab.linux.locks import locks

SETTING = (
    "mkdir -p /mnt/a /mnt/b; mount -t tmpfs -o noexec a /mnt/a; "
    "mkdir /mnt/a/x; mount -t tmpfs -o ro x /mnt/a/x"
)


def asked(space, *paths):
    """Return what is locked at each of *paths*."""
    return dict(zip(paths, space.call(locks, [*paths]), strict=True))


def test_nothing_is_locked_where_it_was_mounted(lab):
    lab.host.run(SETTING)
    assert asked(lab.host, "/mnt/a", "/mnt/a/x") == {"/mnt/a": (False, []), "/mnt/a/x": (False, [])}


def test_mounts_and_options_are_locked_in_a_less_privileged_namespace(lab):
    lab.host.run(SETTING)
    child = lab.host.unshare("user", "mnt")
    found = asked(child, "/mnt/a", "/mnt/a/x")
    assert found == {"/mnt/a": (True, ["noexec", "atime"]), "/mnt/a/x": (True, ["ro", "atime"])}


def test_what_is_mounted_there_later_is_not_locked(lab):
    child = lab.host.unshare("user", "mnt")
    child.run("mount -t tmpfs -o ro new /mnt")
    assert asked(child, "/mnt") == {"/mnt": (False, [])}


def test_asking_again_and_again_unmounts_nothing(lab):
    lab.host.run(f"{SETTING}; mount --make-shared /mnt/a; mount --bind /mnt/a /mnt/b")
    before = lab.host.run("cat /proc/self/mountinfo").output
    for _ in range(5):
        asked(lab.host, "/", "/mnt/a", "/mnt/a/x", "/mnt/b", "/usr")
    assert lab.host.run("cat /proc/self/mountinfo").output == before


def test_a_mount_over_the_root_is_not_taken_for_the_root(lab):
    lab.host.run("mount -t tmpfs over /")
    before = lab.host.run("cat /proc/self/mountinfo").output
    for _ in range(3):
        assert asked(lab.host, "/", "//")["/"][0] is None
    assert lab.host.run("cat /proc/self/mountinfo").output == before


def test_what_can_not_be_told_is_none(lab):
    lab.host.run(f"{SETTING}; mount --make-unbindable /mnt/a")
    assert asked(lab.host, "/mnt/a", "/none") == {"/mnt/a": (False, None), "/none": (None, None)}
