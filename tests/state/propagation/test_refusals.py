"""Each reason for a refusal is met once, on the kernel and on the model, and named as it is."""

from __future__ import annotations

import pytest

from nslab.state.propagation import (
    REFUSALS,
    RULES,
    Kernel,
    Place,
    Unshare,
    do,
    empty,
    from_tables,
    know,
    machine,
    parse_state,
)
from nslab.state.propagation.commands import parse
from nslab.state.propagation.paths import resolve

TREE = ("mount -t tmpfs x /a", "mkdir -p /a/in/deep")
USER = "web = unshare -Um --propagation unchanged"
CASES = {
    "path.missing": ((), "mount --bind /nowhere /a"),
    "path.through-file": ((), "mount --bind /f/x /a"),
    "path.exists": ((), "mkdir /a"),
    "path.removed": (("mount --bind /e /d", "rmdir /e"), "mount -t tmpfs x /d"),
    "attach.removed": (("mount --bind /e /d", "rmdir /e"), "mount --bind /d /b"),
    "remove.mount-point": (("mount -t tmpfs x /e",), "rmdir /e"),
    "remove.not-empty": ((), "rmdir /a"),
    "remount.removed": (("mount --bind /e /d", "rmdir /e"), "mount -o remount,ro /"),
    "path.read-only": (("mount -t tmpfs -o ro x /a",), "mkdir /a/in"),
    "admin.mount": (("web = unshare -U",), "web: mount -t tmpfs x /a"),
    "admin.chrooted": (("chroot /a",), "web = unshare -Um"),
    "attach.kind": ((), "mount --bind /f /a"),
    "bind.unbindable": ((*TREE, "mount --make-unbindable /a"), "mount --bind /a/in /b"),
    "bind.locked-child": ((*TREE, USER), "web: mount --bind / /b"),
    "rbind.locked-unbindable": ((*TREE, USER, "web: mount --make-unbindable /a"), "web: mount --rbind / /b"),
    "move.no-mount": ((), "mount --move /a /b"),
    "move.kind": (TREE, "mount --move /a /f"),
    "move.locked": ((*TREE, USER), "web: mount --move /a /b"),
    "move.shared-parent": ((*TREE, "mount --make-shared /"), "mount --move /a /b"),
    "move.unbindable": (
        (*TREE, "mount --make-unbindable /a", "mount -t tmpfs y /b", "mkdir /b/in", "mount --make-shared /b"),
        "mount --move /a /b/in",
    ),
    "move.loop": (TREE, "mount --move /a /a/in"),
    "make.no-mount": ((), "mount --make-shared /a"),
    "remount.no-mount": ((), "mount -o remount,bind,ro /a"),
    "remount.locked": (("mount -t tmpfs -o ro x /a", USER), "web: mount -o remount,bind,rw /a"),
    "remount.superblock": ((*TREE, USER), "web: mount -o remount,ro /a"),
    "umount.no-mount": ((), "umount /a"),
    "umount.locked": ((*TREE, USER), "web: umount /a"),
    "umount.force": (("mount --make-shared /", USER, *TREE), "web: umount -f /a"),
    "umount.own-root": ((USER, "web: mount --bind /a /a", "web: chroot /a"), "web: umount /"),
    "umount.children": ((*TREE, "mount -t tmpfs y /a/in"), "umount /a"),
    "umount.busy": ((*TREE, "cd /a"), "umount /a"),
    "umount.busy-copy": (
        ("mount --make-shared /", "web = unshare -m --propagation unchanged", *TREE, "web: cd /a"),
        "umount /a",
    ),
}
ELSEWHERE = {
    "path.no-directory": "test_pivot",
    "limit.mounts": "test_explosion",
    "new.namespace-file": "needs a bound namespace file, which the model reads from a live table only",
    **{rule: "test_pivot" for rule in REFUSALS if rule.startswith("pivot.")},
}
BY_MODEL = {
    "admin.unshare", "admin.chroot", "target.not-mine", "new.same", "new.revealing", "new.owner",
    "bind.not-mine",
    "move.not-mine", "move.root", "umount.root", "new.namespace-file", "pivot.root-absolute",
    "pivot.not-mine", "pivot.new-absolute", "pivot.new-outside",
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_that_fired_is_named(walk, rule):
    lines, refused = CASES[rule]
    assert walk.type(*lines) == ""
    assert walk.rule(refused) == rule
    assert walk.last.refusal.why.strip()
    assert "{" not in f"{walk.last.refusal}"


def test_every_reason_has_its_case():
    assert set(REFUSALS) == {*CASES, *ELSEWHERE, *BY_MODEL}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_says_why_and_where_it_stands(rule):
    found = RULES[rule]
    assert found.says
    assert found.kernel
    assert found.manual
    assert bool(found.errno) == (rule in REFUSALS)
    assert bool(found.way_out) or not found.errno


def refusal(state, line):
    """Return the id of the rule by which the model refuses *line*."""
    return do(state, parse(line, "host").operations).refusal.rule.id


def test_only_who_owns_the_network_namespace_shows_it_again():
    state = parse_state("space host\n/ root\n/sys sysfs\n/mnt data")
    poor = do(state, Unshare("host", "web", user=True)).state
    rich = do(state, Unshare("host", "web", user=True, others=("net",))).state
    assert refusal(poor, "web: mount -t sysfs again /mnt") == "new.owner"
    assert do(rich, parse("web: mount -t sysfs again /mnt").operations).refusal is None


def test_the_same_file_system_does_not_go_twice_on_one_place():
    state = parse_state("space host\n/ root\n/sys sysfs")
    assert refusal(state, "mount -t sysfs sysfs /sys") == "new.same"


def test_a_proc_that_would_show_more_than_there_is():
    text = "space host\n/ root\n/proc proc\n/proc/sys proc[/sys]"
    state = do(parse_state(text), Unshare("host", "web", user=True, others=("pid",))).state
    assert refusal(state, "web: mount -t proc proc /proc") == "new.revealing"


def without_capabilities(state):
    """Return *state* with a caller that is nobody."""
    space = state.spaces["host"]
    changed = machine("host", ["/a"])
    changed.spaces["host"] = space._replace(capable=False)
    return changed


def test_a_caller_without_capabilities():
    state = without_capabilities(machine("host", ["/a"]))
    assert refusal(state, "unshare --mount") == "admin.unshare"
    assert refusal(state, "chroot /a") == "admin.chroot"
    assert refusal(state, "umount /a") == "admin.mount"


def test_the_first_mount_of_a_namespace_stays():
    state = machine("host", ["/a"])
    hidden = state.namespaces[state.spaces["host"].ns].root
    place = state.spaces["host"].root._replace(mount=hidden, path="/")
    state.children.clear()
    state.spaces["host"] = state.spaces["host"]._replace(root=place, cwd=place)
    assert refusal(state, "umount -l /") == "umount.root"
    assert refusal(state, "mount --move / /") == "move.root"


def test_a_mount_of_another_namespace_is_not_mine():
    state = parse_state("space host\n/ root\n/a x\nspace web\n/ root\n/a x")
    web = state.spaces["web"]
    state.spaces["host"] = state.spaces["host"]._replace(root=web.root, cwd=web.cwd)
    assert refusal(state, "mount -t tmpfs y /a") == "target.not-mine"
    assert refusal(state, "umount /a") == "target.not-mine"


def standing(state, **places):
    """Return *state* with the host's root or working directory at other places."""
    space = state.spaces["host"]
    state.spaces["host"] = space._replace(**{name: Place(*place) for name, place in places.items()})
    return state


def mount_at(state, path, space="host"):
    """Return the mount that *path* leads to."""
    return resolve(state, state.spaces[space], path).mount


def test_a_working_directory_in_another_namespace_can_be_neither_bound_nor_moved():
    state = parse_state("space host\n/ root\nfiles root /a\nspace web\n/ root\n/a x")
    state = standing(state, cwd=(mount_at(state, "/a", "web"), "/"))
    assert refusal(state, "mount --bind . /a") == "bind.not-mine"
    assert refusal(state, "mount --move . /a") == "move.not-mine"


def test_the_first_mount_of_all_can_not_be_pivoted_away():
    state = machine("host")
    first = state.namespaces[state.spaces["host"].ns].root
    state.children.clear()
    state = know(standing(state, root=(first, "/"), cwd=(first, "/")), "host", {"/n": "dir"})
    for line in ("mount -t tmpfs n /n", "mkdir /n/old"):
        state = do(state, parse(line, "host").operations).state
    assert refusal(state, "pivot_root /n /n/old") == "pivot.root-absolute"


PIVOT = "space host\n/ root\n/a new\n/b other\nfiles new /old\nfiles other /old"


def test_a_root_of_another_namespace_can_not_be_pivoted():
    state = parse_state(f"{PIVOT}\nspace web\n/ root")
    state.spaces["host"] = state.spaces["host"]._replace(ns=state.spaces["web"].ns)
    assert refusal(state, "pivot_root /a /a/old") == "pivot.not-mine"


def test_the_first_mount_is_no_new_root():
    state = parse_state(PIVOT)
    first = state.namespaces[state.spaces["host"].ns].root
    state = standing(state, root=(mount_at(state, "/a"), "/"), cwd=(first, "/"))
    assert refusal(state, "pivot_root . .") == "pivot.new-absolute"


def test_a_new_root_outside_the_old_one():
    state = parse_state(PIVOT)
    state = standing(state, root=(mount_at(state, "/a"), "/"), cwd=(mount_at(state, "/b"), "/"))
    assert refusal(state, "pivot_root . old") == "pivot.new-outside"


def test_the_file_of_a_mount_namespace_does_not_go_below_a_shared_mount():
    table = (
        b"2 1 0:5 / / rw - tmpfs r rw\n3 2 0:6 / /s rw shared:1 - tmpfs s rw\n"
        b"4 2 0:6 / /p rw shared:1 - tmpfs s rw\n"
        b"5 2 0:4 mnt:[4026532200] /f rw - nsfs nsfs rw\n"
    )
    state = from_tables({"host": table})
    state.filesystems[state.mounts[5].fs] = state.filesystems[state.mounts[5].fs]._replace(
        paths={"mnt:[4026532200]": "file"}
    )
    state = know(state, "host", {"/s/f": "file"})
    assert refusal(state, "mount --move /f /s/f") == "new.namespace-file"


def test_kernels_that_are_too_old_are_refused():
    with pytest.raises(ValueError, match="older than"):
        Kernel.parse("3.10.0-1160.el7")
    assert empty().kernel == Kernel(6, 18)
