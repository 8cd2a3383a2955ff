"""What a learner types into a lab does what the model says: the real tools, the real kernel, live tables."""

from __future__ import annotations

import re

import pytest

from nslab.front.foresight import foresee, moment
from nslab.state.propagation import canonical
from nslab.state.propagation.commands import parse

BASE = ("mkdir -p /mnt/a/in /mnt/b /mnt/c", "mount -t tmpfs data /mnt/a", "mkdir -p /mnt/a/x /mnt/a/y")
STORIES = {
    "short options": ("mount -B /mnt/a /mnt/b", "mount -R /mnt/a /mnt/c", "umount -l /mnt/b", "mount -M /mnt/c /mnt/b"),
    "options as words": ("mount -o bind /mnt/a /mnt/b", "mount -o rbind /mnt/a /mnt/c", "mount -o move /mnt/c /mnt/b"),
    "bind and read-only": ("mount -o bind,ro /mnt/a /mnt/b", "mount --bind -o nodev,noexec /mnt/a /mnt/c"),
    "rbind and read-only": ("mount -t tmpfs low /mnt/a/x", "mount --rbind -o ro /mnt/a /mnt/b"),
    "remount of one": ("mount --bind /mnt/a /mnt/b", "mount -o remount,bind,ro,nosuid /mnt/b", "mount -o remount,bind,rw /mnt/b"),
    "remount keeps or clears": ("mount --bind -o nosuid,noatime /mnt/a /mnt/b", "mount -o remount,bind,ro none /mnt/b"),
    "access times": ("mount --bind -o noatime /mnt/a /mnt/b", "mount -o remount,bind,relatime /mnt/b", "mount -o remount,bind,strictatime /mnt/b"),
    "a type and a bind at once": ("mount --make-shared /mnt/a", "mount --bind --make-slave /mnt/a /mnt/b"),
    "a new one, shared at once": ("mount -t tmpfs --make-shared new /mnt/b", "mount --bind /mnt/b /mnt/c"),
    "two types at once": ("mount --make-shared /mnt/a", "mount --make-slave --make-shared /mnt/a"),
    "types as words": ("mount -o shared /mnt/a", "mount -o rslave /mnt/a", "mount -o unbindable /mnt/a"),
    "recursive types": ("mount -t tmpfs low /mnt/a/x", "mount --make-rshared /mnt/a", "mount --bind /mnt/a /mnt/b", "mount --make-rslave /mnt/b"),
    "umount of several": ("mount --bind /mnt/a /mnt/b", "mount --bind /mnt/a /mnt/c", "umount /mnt/b /mnt/c"),
    "umount of a tree": ("mount -t tmpfs low /mnt/a/x", "mount -t tmpfs low /mnt/a/y", "umount -R /mnt/a"),
    "umount of a shared tree": ("mount --make-shared /mnt/a", "mount --bind /mnt/a /mnt/b", "mount -t tmpfs low /mnt/a/x", "umount -R /mnt/b"),
    "umount of a stack": ("mount -t tmpfs low /mnt/a", "mount -t tmpfs low /mnt/a", "umount -R /mnt/a"),
    "umount of a busy one": ("mount -t tmpfs low /mnt/a/x", "umount /mnt/a", "umount -l /mnt/a"),
    "umount by force": ("umount -f /mnt/a",),
    "umount of nothing": ("umount /mnt/b",),
    "options with equals": ("mount --types=tmpfs --options=nodev,size=1m one /mnt/b", "mount --source=/mnt/a --target=/mnt/c --bind"),
    "options in groups": ("mount -vt tmpfs one /mnt/b", "umount -lv /mnt/b"),
    "options behind": ("mount one /mnt/b -t tmpfs -o ro", "umount /mnt/b -l"),
    "read-only at once": ("mount -r -t tmpfs one /mnt/b", "mount -w --bind /mnt/b /mnt/c"),
    "read-only file systems": ("mount -t tmpfs -o ro one /mnt/b", "mount --bind /mnt/b /mnt/c", "mount -o remount,bind,rw /mnt/c"),
    "no such place": ("mount --bind /mnt/none /mnt/b",),
    "no mount point": ("mount --make-shared /mnt/b",),
    "no mount to move": ("mount --move /mnt/b /mnt/c",),
    "locked from the start": ("umount /usr", "mount --move /usr /mnt/b", "mount --bind / /mnt/b", "mount --rbind / /mnt/b"),
    "a locked option": ("mount -o remount,bind,rw /usr",),
    "over a locked one": ("mount -t tmpfs over /usr", "umount /usr"),
    "a move below a shared one": ("mount --make-shared /mnt/a", "mount -t tmpfs low /mnt/a/x", "mount --move /mnt/a/x /mnt/b"),
    "a move into itself": ("mount --move /mnt/a /mnt/a/x",),
    "a file on a directory": ("touch /mnt/f", "mount --bind /mnt/f /mnt/b"),
    "a file on a file": ("touch /mnt/f /mnt/a/g", "mount --bind /mnt/a/g /mnt/f", "umount /mnt/f"),
    "unbindable": ("mount --make-unbindable /mnt/a", "mount --bind /mnt/a /mnt/b"),
    "quoted names": ("mkdir '/mnt/with space'", "mount --bind /mnt/a '/mnt/with space'", 'umount "/mnt/with space"'),
    "dots and slashes": ("mount --bind /mnt//a/../a/ /mnt/b/.", "umount /mnt/./b/"),
    "proc again": ("mount -t proc proc /mnt/b", "umount /mnt/b"),
}  # fmt: skip


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


def _compare(lab, line, version):
    foreseen = foresee(lab, parse(line, "host", util_linux=version).operations)
    ran = lab.host.run(line)
    refused = foreseen.refusal and str(foreseen.refusal)
    assert (ran.status == 0) == (refused is None), f"{line}: {ran.output} but the model says {refused}"
    assert canonical(foreseen.state) == canonical(moment(lab).state), line
