"""Command lines as people type them, understood whole or not at all."""

from __future__ import annotations

import pytest

from nslab.state.propagation import (
    Bind,
    Chdir,
    Chroot,
    Make,
    MakePath,
    Mount,
    Move,
    NotUnderstood,
    PivotRoot,
    Remount,
    RemovePath,
    Umount,
    UmountAll,
    Unshare,
    do,
    machine,
    parse,
)

UNDERSTOOD = {
    "mount --bind /x /y": (Bind("host", "/x", "/y"),),
    "mount -B /x /y": (Bind("host", "/x", "/y"),),
    "mount -o bind /x /y": (Bind("host", "/x", "/y"),),
    "mount --rbind /x /y": (Bind("host", "/x", "/y", recursive=True),),
    "mount -R /x /y": (Bind("host", "/x", "/y", recursive=True),),
    "mount --move /x /y": (Move("host", "/x", "/y"),),
    "mount -M /x /y": (Move("host", "/x", "/y"),),
    "mount -o move /x /y": (Move("host", "/x", "/y"),),
    "mount -t tmpfs data /y": (Mount("host", "tmpfs", "/y", "data"),),
    "mount --types=tmpfs -o size=1m,ro,nodev data /y": (
        Mount("host", "tmpfs", "/y", "data", ("ro", "nodev")),
    ),
    "mount -r -t tmpfs data /y": (Mount("host", "tmpfs", "/y", "data", ("ro",)),),
    "mount --make-shared /y": (Make("host", "/y", "shared"),),
    "mount --make-rslave /y": (Make("host", "/y", "slave", recursive=True),),
    "mount --make-unbindable '/a b'": (Make("host", "/a b", "unbindable"),),
    "mount --bind --make-private /x /y": (Bind("host", "/x", "/y"), Make("host", "/y", "private")),
    "mount -o rbind,rslave /x /y": (
        Bind("host", "/x", "/y", recursive=True),
        Make("host", "/y", "slave", recursive=True),
    ),
    "mount -o bind,ro /x /y": (
        Bind("host", "/x", "/y"),
        Remount("host", "/y", ("ro",), bind=True, merge=True),
    ),
    "mount -o remount,ro /y": (Remount("host", "/y", ("ro",), merge=True),),
    "mount -o remount,bind,ro,nodev /y": (Remount("host", "/y", ("ro", "nodev"), bind=True, merge=True),),
    "umount /y": (Umount("host", "/y"),),
    "umount -l /y": (Umount("host", "/y", lazy=True),),
    "umount -f /y": (Umount("host", "/y", force=True),),
    "umount -Rl /x /y": (UmountAll("host", "/x", lazy=True), UmountAll("host", "/y", lazy=True)),
    "umount --recursive /y": (UmountAll("host", "/y"),),
    "unshare -m": (Unshare("host", "new"), Make("new", "/", "private", recursive=True)),
    "unshare -m --propagation unchanged bash": (Unshare("host", "new"),),
    "unshare -Urm --propagation=slave sh -c 'echo x'": (
        Unshare("host", "new", user=True),
        Make("new", "/", "slave", recursive=True),
    ),
    "unshare --user": (Unshare("host", "new", mount=False, user=True),),
    "pivot_root . old": (PivotRoot("host", ".", "old"),),
    "chroot /x bash -l": (Chroot("host", "/x"),),
    "cd /x": (Chdir("host", "/x"),),
    "mkdir -p /x/y /z": (MakePath("host", "/x/y", parents=True), MakePath("host", "/z", parents=True)),
    "rmdir /x /y": (RemovePath("host", "/x"), RemovePath("host", "/y")),
    "touch /f": (MakePath("host", "/f", "file"),),
}


@pytest.mark.parametrize("line", UNDERSTOOD)
def test_a_line_that_is_understood(line):
    assert parse(line, "host").operations == UNDERSTOOD[line]


@pytest.mark.parametrize("prefix", ["web: ", "web# ", "  web:  "])
def test_a_line_may_say_where(prefix):
    command = parse(f"{prefix}umount /y", "host")
    assert (command.space, command.operations) == ("web", (Umount("web", "/y"),))


def test_a_remount_before_util_linux_2_39_clears_what_it_does_not_name():
    remount = parse("mount -o remount,bind,ro none /y", "host", util_linux=(2, 38)).operations[0]
    assert not remount.merge
    assert parse("mount -o remount,bind,ro none /y", "host").operations[0].merge


NOT_UNDERSTOOD = {
    "mount": "a source and a target must follow",
    "mount /y": "fstab is not modelled",
    "mount --bind /y": "fstab is not modelled",
    "mount /x /y": "'/x'",
    "mount -t ext4 /dev/sda1 /y": "'ext4'",
    "mount -t tmpfs -o bogus=1 x /y": "'bogus=1'",
    "mount --bind /x /y /z": "'/z'",
    "mount -o bind,move /x /y": "'move'",
    "mount -a": "'-a'",
    "mount --frobnicate /x /y": "'--frobnicate'",
    "mount --bind=yes /x /y": "takes no value",
    "mount -t": "its value is missing",
    "mount --bind /x /y; ls": "';'",
    "mount --bind $HOME /y": "'$'",
    "mount --bind /x* /y": "'*'",
    "mount --bind ~ /y": "'~'",
    "mount --bind '/x /y": "No closing quotation",
    "umount": "a mount point must follow",
    "umount -a": "'-a'",
    "unshare -n": "it makes no mount namespace",
    "unshare -m --propagation wild": "'wild'",
    "unshare --mount=/file": "takes no value",
    "pivot_root /x": "a place for the old one",
    "ls /": "'ls'",
    "": "''",
}


@pytest.mark.parametrize("line", NOT_UNDERSTOOD)
def test_a_line_that_is_not_understood_is_quoted_with_the_part_at_fault(line):
    with pytest.raises(NotUnderstood) as caught:
        parse(line, "host")
    assert NOT_UNDERSTOOD[line] in str(caught.value)
    assert repr(line) in str(caught.value)


def test_a_line_without_a_space_asks_for_one():
    with pytest.raises(NotUnderstood, match="in which space; write it as host: umount /y"):
        parse("umount /y")


def test_a_space_that_is_not_there():
    with pytest.raises(NotUnderstood, match="no space 'web'; the spaces are host"):
        do(machine("host"), parse("web: umount /").operations)


def test_the_first_refusal_ends_a_line_and_keeps_what_came_before():
    state = machine("host", ["/x", "/y"])
    outcome = do(
        state, parse("mount --bind /x /y", "host").operations + parse("umount /x", "host").operations
    )
    assert outcome.refusal.rule.id == "umount.no-mount"
    assert len(outcome.state.mounts) == len(state.mounts) + 1


def test_umount_of_a_tree_passes_over_what_went_along():
    state = machine("host", ["/x/y"])
    for line in (
        "mount -t tmpfs a /x",
        "mkdir /x/y",
        "mount --make-shared /",
        "mount --make-shared /x",
        "mount -t tmpfs b /x/y",
    ):
        state = do(state, parse(line, "host").operations).state
    outcome = do(state, parse("umount -R /x", "host").operations)
    assert outcome.refusal is None
    assert outcome.state.seen_by("host") == [state.spaces["host"].root.mount]
