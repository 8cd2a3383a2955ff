"""Reading every process from a proc file system, and forking with chosen PIDs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused
from nslab.linux import clone, process, procfs

if TYPE_CHECKING:
    from nslab import Lab


def lines_here() -> dict[int, list[str]]:
    """Return the fields of each process in /proc, by PID."""
    directory = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        lines, _ = procfs.processes(directory)
    finally:
        os.close(directory)
    every = (line.split("\t", 7) for line in lines.decode(errors="surrogateescape").split("\n"))
    return {int(fields[2].split()[0]): fields for fields in every}


def test_a_line_says_what_status_says() -> None:
    with subprocess.Popen(["sleep", "1000"]) as started:
        fields = lines_here()[started.pid]
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{started.pid}/status").read_text().splitlines()
        )
        inode = os.stat(f"/proc/{started.pid}/ns/pid").st_ino
        started.kill()
    assert fields[1] == str(os.getpid()) == status["PPid"]
    assert fields[2].split() == status["NSpid"].split()
    assert fields[3:6] == [status["SigBlk"], status["SigIgn"], status["SigCgt"]]
    assert fields[6:] == [str(inode), "sleep"]


def test_a_zombie_has_a_line() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    try:
        assert lines_here()[pid][0] == "Z"
    finally:
        os.waitpid(pid, 0)


def test_a_reading_waits_for_what_runs_but_not_for_ever(lab: Lab) -> None:
    busy = lab.host.start("sh -c 'while :; do :; done'")
    started = time.monotonic()
    assert busy.pid in {one.pid for one in lab.processes().processes.every}
    assert time.monotonic() - started < 10 * procfs.PATIENCE


def test_namespaces_are_traced_to_the_outermost(lab: Lab) -> None:
    inner = lab.host.unshare("pid", name="box").unshare("pid", name="inner")
    found = {one.title: one for one in lab.processes().processes.namespaces}
    assert found["inner"].parent == found["box"].number
    assert found["box"].parent == found["host"].number
    assert found["host"].parent == 0
    assert inner.call(own) == found["inner"].number


def own() -> int:
    return os.stat("/proc/self/ns/pid").st_ino


def test_pids_are_chosen_level_by_level(lab: Lab) -> None:
    box = lab.host.unshare("pid", name="box")
    chosen = box.start("sleep 1000", name="chosen", pids=(700, 70))
    assert chosen.pids == (700, 70)
    assert box.start("sleep 1000", pids=(80,)).pids[1] == 80
    assert chosen.signal("TERM").ended
    assert chosen.wait() == 143


@pytest.mark.parametrize(
    ("pids", "name"), [((70,), "EEXIST"), ((0,), "EINVAL"), ((9,) * 40, "EINVAL"), ((1 << 30,), "EINVAL")]
)
def test_pids_that_can_not_be_had_are_refused_with_the_rule(
    lab: Lab, pids: tuple[int, ...], name: str
) -> None:
    box = lab.host.unshare("pid", name="box")
    box.start("sleep 1000", pids=(70,))
    before = repr(lab.processes())
    with pytest.raises(KernelRefused, match=r"clone3\(2\)") as refused:
        box.start("sleep 1000", pids=pids)
    assert (refused.value.name, refused.value.call) == (name, "clone3")
    assert repr(lab.processes()) == before


def test_levels_that_others_own_are_not_to_be_chosen(lab: Lab) -> None:
    guest = lab.host.unshare("user", "pid", name="guest")
    assert guest.start("sleep 1000", pids=(70,)).pids[1] == 70
    with pytest.raises(KernelRefused, match="EPERM"):
        guest.start("sleep 1000", pids=(800, 71))


def test_more_levels_than_the_kernel_knows_are_refused_here_too() -> None:
    with pytest.raises(KernelRefused, match="EINVAL"):
        clone.fork_as([2] * 33)


def test_a_dead_pid_is_refused_by_name() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    with pytest.raises(KernelRefused, match="ESRCH"):
        process.kill(pid, signal.SIGTERM)


def test_a_subreaper_gets_the_orphans_of_its_descendants(lab: Lab) -> None:
    keeper = lab.host.unshare("uts", name="keeper")
    for on, heir in ((True, keeper.pid), (False, 1)):
        keeper.call(process.set_child_subreaper, on=on)
        parent = keeper.start("sh -c 'sleep 1000 & wait'", name="parent")
        before = lab.processes()
        parent.signal("KILL")
        changed = lab.processes().since(before)
        (orphan,) = changed.lives.adopted
        now = changed.processes.get(orphan)
        assert now is not None
        assert now.parent == heir
