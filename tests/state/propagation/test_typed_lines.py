"""What a learner types into a lab does what the model says: the real tools, the real kernel, live tables."""

from __future__ import annotations

import re

import pytest

from nslab.front.foresight import foresee, moment
from nslab.state.propagation import canonical
from nslab.state.propagation.commands import parse

BASE = ("mkdir -p /mnt/a/in /mnt/b /mnt/c", "mount -t tmpfs data /mnt/a", "mkdir -p /mnt/a/x /mnt/a/y")
STORIES = {
    "short options": (
        "mount -B /mnt/a /mnt/b",
        "mount -R /mnt/a /mnt/c",
        "umount -l /mnt/b",
        "mount -M /mnt/c /mnt/b",
    ),
    "options as words": (
        "mount -o bind /mnt/a /mnt/b",
        "mount -o rbind /mnt/a /mnt/c",
        "mount -o move /mnt/c /mnt/b",
    ),
    "bind and read-only": ("mount -o bind,ro /mnt/a /mnt/b", "mount --bind -o nodev,noexec /mnt/a /mnt/c"),
    "rbind and read-only": ("mount -t tmpfs low /mnt/a/x", "mount --rbind -o ro /mnt/a /mnt/b"),
    "remount of one": (
        "mount --bind /mnt/a /mnt/b",
        "mount -o remount,bind,ro,nosuid /mnt/b",
        "mount -o remount,bind,rw /mnt/b",
    ),
    "remount keeps or clears": (
        "mount --bind -o nosuid,noatime /mnt/a /mnt/b",
        "mount -o remount,bind,ro none /mnt/b",
    ),
    "access times": (
        "mount --bind -o noatime /mnt/a /mnt/b",
        "mount -o remount,bind,relatime /mnt/b",
        "mount -o remount,bind,strictatime /mnt/b",
    ),
    "a type and a bind at once": ("mount --make-shared /mnt/a", "mount --bind --make-slave /mnt/a /mnt/b"),
    "a new one, shared at once": ("mount -t tmpfs --make-shared new /mnt/b", "mount --bind /mnt/b /mnt/c"),
    "two types at once": ("mount --make-shared /mnt/a", "mount --make-slave --make-shared /mnt/a"),
    "types as words": (
        "mount -o shared none /mnt/a",
        "mount -o bind,rslave /mnt/a /mnt/b",
        "mount -o unbindable none /mnt/a",
    ),
    "recursive types": (
        "mount -t tmpfs low /mnt/a/x",
        "mount --make-rshared /mnt/a",
        "mount --bind /mnt/a /mnt/b",
        "mount --make-rslave /mnt/b",
    ),
    "umount of several": (
        "mount --bind /mnt/a /mnt/b",
        "mount --bind /mnt/a /mnt/c",
        "umount /mnt/b /mnt/c",
    ),
    "umount of a tree": ("mount -t tmpfs low /mnt/a/x", "mount -t tmpfs low /mnt/a/y", "umount -R /mnt/a"),
    "umount of a shared tree": (
        "mount --make-shared /mnt/a",
        "mount --bind /mnt/a /mnt/b",
        "mount -t tmpfs low /mnt/a/x",
        "umount -R /mnt/b",
    ),
    "umount of a stack": ("mount -t tmpfs low /mnt/a", "mount -t tmpfs low /mnt/a", "umount -R /mnt/a"),
    "umount of a busy one": ("mount -t tmpfs low /mnt/a/x", "umount /mnt/a", "umount -l /mnt/a"),
    "umount by force": ("umount -f /mnt/a",),
    "umount of nothing": ("umount /mnt/b",),
    "options with equals": (
        "mount --types=tmpfs --options=nodev,size=1m one /mnt/b",
        "mount --bind --target=/mnt/c /mnt/a",
    ),
    "options in groups": ("mount -vt tmpfs one /mnt/b", "umount -lv /mnt/b"),
    "options behind": ("mount one /mnt/b -t tmpfs -o ro", "umount /mnt/b -l"),
    "read-only at once": ("mount -r -t tmpfs one /mnt/b", "mount -w --bind /mnt/b /mnt/c"),
    "read-only file systems": (
        "mount -t tmpfs -o ro one /mnt/b",
        "mount --bind /mnt/b /mnt/c",
        "mount -o remount,bind,rw /mnt/c",
    ),
    "no such place": ("mount --bind /mnt/none /mnt/b",),
    "no mount point": ("mount --make-shared /mnt/b",),
    "no mount to move": ("mount --move /mnt/b /mnt/c",),
    "locked from the start": (
        "umount /usr",
        "mount --move /usr /mnt/b",
        "mount --bind / /mnt/b",
        "mount --rbind / /mnt/b",
    ),
    "a locked option": (
        "mount -o remount,bind,rw /usr",
        "mount -o remount,bind,noatime /usr",
        "mount -o remount,bind,noatime /proc",
        "mount -o remount,bind,suid none /",
    ),
    "an option that is not locked": (
        "mount -o remount,bind,exec none /proc",
        "mount -o remount,bind,noatime /dev/shm",
        "mount -o remount,bind,ro none /dev/null",
        "mount -o remount,bind,rw none /dev/null",
    ),
    "over a locked one": (
        "mount -t tmpfs over /sys",
        "umount /sys",
        "mount --bind /mnt /usr/share",
        "umount /usr/share",
        "umount /usr",
    ),
    "over the locked one, the same": ("mount --bind /usr /usr", "umount -l /usr", "umount -l /usr"),
    "a move below a shared one": (
        "mount --make-shared /mnt/a",
        "mount -t tmpfs low /mnt/a/x",
        "mount --move /mnt/a/x /mnt/b",
    ),
    "a move into itself": ("mount --move /mnt/a /mnt/a/x",),
    "a file on a directory": ("touch /mnt/f", "mount --bind /mnt/f /mnt/b"),
    "a file on a file": ("touch /mnt/f /mnt/a/g", "mount --bind /mnt/a/g /mnt/f", "umount /mnt/f"),
    "unbindable": ("mount --make-unbindable /mnt/a", "mount --bind /mnt/a /mnt/b"),
    "quoted names": (
        "mkdir '/mnt/with space'",
        "mount --bind /mnt/a '/mnt/with space'",
        'umount "/mnt/with space"',
    ),
    "dots and slashes": ("mount --bind /mnt//a/../a/ /mnt/b/.", "umount /mnt/./b/"),
    "proc again": ("mount -t proc proc /mnt/b", "umount /mnt/b"),
}  # fmt: skip
SPACES = {
    "shared to peer and slave": (
        "mount --make-shared /mnt/a",
        "spaces",
        "mount -t tmpfs new /mnt/a/x",
        "web: umount /mnt/a/x",
        "app: mount -t tmpfs new /mnt/a/y",
        "app: umount /mnt/a/y",
    ),
    "a tree that arrives is locked": (
        "mount --make-shared /mnt/a",
        "mount -t tmpfs low /mnt/b",
        "mkdir /mnt/b/in",
        "mount -t tmpfs lower /mnt/b/in",
        "spaces",
        "mount --rbind /mnt/b /mnt/a/x",
        "app: umount /mnt/a/x/in",
        "app: umount -l /mnt/a/x",
        "umount -R /mnt/a/x",
    ),
    "locked from birth": (
        "mount -t tmpfs low /mnt/a/x",
        "spaces",
        "app: umount /mnt/a/x",
        "app: umount -l /mnt/a",
        "app: mount --bind /mnt/a /mnt/b",
        "app: mount --rbind /mnt/a /mnt/b",
        "app: umount /mnt/b/x",
        "app: umount -l /mnt/b",
        "app: mount --make-private /mnt/a",
        "app: mount --move /mnt/a /mnt/b",
    ),
    "options locked from birth": (
        "mount -o remount,bind,ro,nodev none /mnt/a",
        "spaces",
        "app: mount -o remount,bind,rw,nodev none /mnt/a",
        "app: mount -o remount,bind,ro none /mnt/a",
        "app: mount -o remount,bind,ro,nodev,nosuid none /mnt/a",
        "app: mount -o remount,bind,ro,nodev none /mnt/a",
        "app: mount -o remount,bind,ro,nodev,noatime none /mnt/a",
        "app: mount -o remount,ro /mnt/a",
        "web: mount -o remount,bind,rw /mnt/a",
    ),
    "what a user namespace may not show again": (
        "spaces",
        "mount -t sysfs again /sys",
        "app: mount -t sysfs again /mnt/b",
        "full: mount -t sysfs again /mnt/b",
        "full: mount -t proc again /mnt/c",
        "full: mount -o remount,bind,noatime none /mnt/c",
        "full: umount /mnt/c",
        "full: mount -t mqueue again /mnt/c",
        "full: mount -t tmpfs over /sys",
        "app: mount -t sysfs again /mnt/c",
    ),
    "what nobody may show again": (
        "mount --bind /mnt /proc/sys",
        "mount -t proc again /mnt/b",
        "umount /mnt/b",
        "spaces",
        "app: mount -t proc again /mnt/b",
        "web: mount -t proc again /mnt/b",
        "full: mount -t proc again /mnt/b",
        "full: mount -t proc -o noatime again /mnt/b",
    ),
    "a user namespace without mounts of its own": (
        "spaces",
        "guest: mount -t tmpfs new /mnt/b",
        "guest: umount /mnt/a",
        "guest: mount --make-shared /mnt/a",
        "mount --make-shared /mnt/a",
    ),
    "a chain": (
        "mount --make-shared /mnt/a",
        "spaces",
        "web: mount --make-slave /mnt/a",
        "web: mount --make-shared /mnt/a",
        "web: mount --bind /mnt/a /mnt/b",
        "web: mount --make-slave /mnt/b",
        "mount -t tmpfs new /mnt/a/x",
        "web: umount -l /mnt/a",
        "umount /mnt/a/x",
    ),
    "the leak": (
        "mount --make-shared /mnt/a",
        "spaces",
        "web: mount --make-rprivate /",
        "app: mount --make-rslave /",
        "mount -t tmpfs new /mnt/a/x",
        "umount -l /mnt/a",
    ),
    "tucked under": (
        "mount --make-shared /mnt/a",
        "spaces",
        "app: mount -t tmpfs mine /mnt/a/x",
        "mount -t tmpfs theirs /mnt/a/x",
        "app: umount /mnt/a/x",
        "app: umount /mnt/a/x",
        "umount /mnt/a/x",
    ),
}


def tools(lab) -> tuple[int, int]:
    """Return the version of util-linux that the lab has."""
    found = re.search(r"util-linux (\d+)\.(\d+)", lab.host.run("mount --version").output)
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("story", STORIES)
def test_a_typed_line_does_what_the_model_says(lab, story):
    version = tools(lab)
    for line in BASE:
        assert lab.host.run(line).status == 0
    for line in STORIES[story]:
        _compare(lab, line, version)


@pytest.mark.parametrize("story", SPACES)
def test_a_line_typed_into_one_space_reaches_the_others_as_the_model_says(lab, story):
    version = tools(lab)
    for line in (*BASE, *SPACES[story]):
        if line == "spaces":
            lab.host.unshare("mnt", name="web")
            lab.host.unshare("user", "mnt", name="app")
            lab.host.unshare("user", name="guest")
            lab.host.unshare("user", "mnt", "pid", "net", name="full")
        else:
            _compare(lab, line, version)


def _compare(lab, line, version):
    command = parse(line, "host", util_linux=version)
    foreseen = foresee(lab, command.operations)
    ran = lab.spaces[command.space].run(command.line)
    refused = foreseen.refusal and str(foreseen.refusal)
    assert (ran.status == 0) == (refused is None), f"{line}: {ran.output} but the model says {refused}"
    assert canonical(foreseen.state) == canonical(moment(lab).state), line
