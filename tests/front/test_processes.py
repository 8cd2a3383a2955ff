"""Processes of a real lab: seen at every level, started, signalled, ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused, SpaceGone

if TYPE_CHECKING:
    from nslab import Lab


def test_every_level_has_its_own_pid(lab: Lab) -> None:
    box = lab.host.unshare("pid", name="box")
    inner = box.unshare("pid", name="inner")
    server = inner.start("sleep 1000", name="server")
    found = lab.processes().pids("server")
    assert found == server.pids
    assert len(found) == 3
    said = lab.host.run(f"grep NSpid /proc/{server.pid}/status").output.split()[1:]
    assert tuple(map(int, said)) == server.pids
    assert [one.title for one in lab.processes().processes.namespaces] == ["host", "box", "inner"]


def test_a_name_leaves_nothing_in_tmp(lab: Lab) -> None:
    lab.host.start("sleep 1000", name="server")
    assert lab.host.run("ls -A /tmp").output == ""
    assert lab.host.run("cat /proc/[0-9]*/comm | grep -c server").output == "1\n"


def test_started_processes_say_how_they_ended(lab: Lab) -> None:
    started = lab.host.start("sleep 1000")
    assert started.alive
    sent = started.signal("TERM")
    assert (sent.fate.word, sent.ended) == ("ends", True)
    assert started.wait() == 143
    assert not started.alive
    with pytest.raises(KernelRefused, match="ESRCH") as refused:
        started.signal("TERM")
    assert "look with ps" in refused.value.rule


def test_pid_1_drops_from_inside_what_it_has_no_handler_for(lab: Lab) -> None:
    box = lab.host.unshare("pid", name="box")
    for name in ("TERM", "KILL"):
        sent = box.signal(1, name)
        assert (sent.fate.word, sent.ended) == ("dropped", False)
        assert "further out" in sent.fate.way_out
    assert lab.host.signal(box.pid, "TERM").fate.word == "dropped"
    assert lab.host.signal(box.pid, "KILL").ended
    assert not box.alive


def test_a_handler_that_shows_in_sigcgt_is_reached_from_inside(lab: Lab) -> None:
    started = lab.host.start("exec unshare --pid --fork sh -c \"trap 'exit 7' TERM; sleep 1000 & wait\"")
    (inner,) = (one for one in lab.processes().processes.every if one.name == "sh")
    assert inner.caught & 0x4000
    assert lab.host.signal(inner.pid, "TERM").fate.word == "handled"
    assert started.wait() == 7


def test_a_process_can_not_be_named_from_where_it_is_not_seen(lab: Lab) -> None:
    box = lab.host.unshare("pid", name="box")
    outside = lab.host.start("sleep 1000")
    with pytest.raises(KernelRefused, match="ESRCH"):
        outside.signal("TERM", by=box)
    with pytest.raises(KernelRefused, match="ESRCH"):
        box.signal(999, "TERM")
    assert outside.alive


def test_groups_and_unknown_signals_are_refused_before_anything_is_sent(lab: Lab) -> None:
    with pytest.raises(ValueError, match="groups of processes"):
        lab.host.signal(-1, "KILL")
    with pytest.raises(ValueError, match="no signal 'TREM'"):
        lab.host.signal(2, "TREM")
    with pytest.raises(ValueError, match="up to 15 letters"):
        lab.host.start("sleep 1", name="../x")
    assert lab.host.alive


def test_an_orphan_goes_to_pid_1_of_its_namespace(lab: Lab) -> None:
    box = lab.host.unshare("pid", name="box")
    parent = box.start("sh -c 'sleep 1000 & wait'", name="parent")
    before = lab.processes()
    parent.signal("KILL")
    changed = lab.processes().since(before)
    (orphan,) = changed.lives.adopted
    now = changed.processes.get(orphan)
    assert now is not None
    assert now.parent == box.pid
    assert "was a child of parent" in repr(changed)


def test_a_zombie_is_shown_until_its_parent_asks(lab: Lab) -> None:
    lab.host.start("sh -c 'sleep 0.01 & exec sleep 1000'")
    while not any(one.zombie for one in lab.processes().processes.every):
        lab.host.run("sleep 0.01")
    assert "zombie" in repr(lab.processes())


def test_raw_adds_the_namespaces_inodes(lab: Lab) -> None:
    assert lab.host.run("readlink /proc/self/ns/pid").output.strip()[5:-1] in repr(lab.processes(raw=True))
    assert "402" not in repr(lab.processes()).splitlines()[0]


def test_the_host_s_proc_may_be_covered(lab: Lab) -> None:
    seen = repr(lab.processes())
    lab.host.mount("tmpfs", "/proc")
    assert repr(lab.processes()) == seen


def test_what_was_started_ends_with_its_space_and_with_the_lab(lab: Lab) -> None:
    box = lab.host.unshare("pid", name="box")
    box.start("sleep 71717171", name="one")
    lab.host.start("sleep 71717171", pids=(4000,))
    assert running("71717171") == 2
    lab.host.signal(box.pid, "KILL")
    assert running("71717171") == 1
    lab.close()
    assert running("71717171") == 0


def running(word: str) -> int:
    """Return how many of the machine's processes have *word* as an argument."""
    found = 0
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += word.encode() in file.read_bytes().split(b"\0")
        except OSError:
            continue
    return found


def test_a_stopped_process_is_shown_as_stopped_and_goes_on(lab: Lab) -> None:
    started = lab.host.start("sleep 1000")
    assert "is stopped" in repr(started.signal("STOP"))
    assert "stopped" in repr(lab.processes())
    assert "is still there" in repr(started.signal("CONT"))
    assert "stopped" not in repr(lab.processes())


def test_a_closed_lab_has_no_processes(lab: Lab) -> None:
    lab.close()
    with pytest.raises(SpaceGone):
        lab.processes()
