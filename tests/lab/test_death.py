"""Whatever is killed, and whenever, nothing is left of a lab."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nslab import Lab, SpaceGone

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLS = 200
WITHIN = 1.0
PR_SET_CHILD_SUBREAPER = 36
VICTIM = """
import sys
from nslab import Lab
print("begin", flush=True)
while True:
    with Lab(quiet=True) as lab:
        print("made", flush=True)
        web = lab.host.unshare("mnt", "pid", "net", name="web", propagation="shared", mount_proc=True)
        web.mount("tmpfs", "/mnt")
        web.run("setsid sleep 1000 & ip link add v1 type veth peer name v2")
        web.shell("sleep 1001 & mkdir /mnt/a", lambda text: None)
        lab.host.call(lambda: 1)
        web.kill()
"""


def traces() -> dict[str, object]:
    """What a leak would change on this machine."""
    return {
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "links": sorted(os.listdir("/sys/class/net")),
        "temporary files": sorted(name for name in os.listdir("/tmp") if "nslab" in name),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "host name": os.uname().nodename,
    }


def children() -> list[int]:
    """The processes whose parent this one is, from the lists of its threads, which may end meanwhile."""
    found: list[int] = []
    for task in os.listdir("/proc/self/task"):
        try:
            found += map(int, Path(f"/proc/self/task/{task}/children").read_text().split())
        except FileNotFoundError:
            continue
    return found


@contextmanager
def orphanage() -> Iterator[None]:
    """Adopt what a killed process leaves behind, so that nothing escapes the count."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    before, there = traces(), set(children())
    yield
    prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    left = set(children()) - there
    assert not left, [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in left]
    assert traces() == before


def wait_for_no_child(kept: set[int]) -> float:
    """Reap every child but *kept*; return the seconds until none was left."""
    started = time.monotonic()
    while set(children()) - kept:
        for pid in set(children()) - kept:
            os.waitpid(pid, os.WNOHANG)
        assert time.monotonic() - started < WITHIN, "a process outlived the kernel by a second"
        time.sleep(0.002)
    return time.monotonic() - started


def victim(script: str = VICTIM) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment
    )


def test_sigkill_at_random_moments_leaves_nothing() -> None:
    chance = random.Random(4)
    with orphanage():
        kept = set(children())
        for _ in range(KILLS):
            process = victim()
            assert process.stdout is not None
            assert process.stdout.readline() == "begin\n"
            time.sleep(chance.uniform(0, 0.12))
            process.kill()
            process.wait()
            process.stdout.close()
            wait_for_no_child(kept)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_other_ends_of_the_kernel_leave_nothing(number: int) -> None:
    with orphanage():
        kept = set(children())
        process = victim()
        assert process.stdout is not None
        for _ in range(2):
            process.stdout.readline()
        process.send_signal(number)
        process.wait()
        process.stdout.close()
        wait_for_no_child(kept)


def test_killing_the_shim_or_pid_1_takes_the_lab_down_and_is_said() -> None:
    for find in (lambda lab: lab._machine.pid, lambda lab: parent(lab.host.pid_outside)):
        with orphanage():
            kept = set(children())
            lab = Lab(quiet=True)
            lab.host.unshare("pid", name="web").run("setsid sleep 1000 &")
            os.kill(find(lab), signal.SIGKILL)
            with pytest.raises(SpaceGone):
                run_for_ever(lab)
            lab.close()
            wait_for_no_child(kept)
            assert lab.reset().host.run("echo again").output == "again\n"
            lab.close()


def run_for_ever(lab: Lab) -> None:
    while True:
        lab.host.run("true")


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_forked_sibling_does_not_keep_a_lab_alive() -> None:
    script = """
import os, sys, time
from nslab import Lab
lab = Lab(quiet=True)
sibling = os.fork()
if sibling == 0:
    time.sleep(20)
print(lab._machine.pid, sibling, flush=True)
time.sleep(20)
"""
    process = victim(script)
    assert process.stdout is not None
    shim, sibling = map(int, process.stdout.readline().split())
    pidfd = os.pidfd_open(shim)
    process.kill()
    process.wait()
    started = time.monotonic()
    while (
        Path(f"/proc/{shim}").exists()
        and Path(f"/proc/{shim}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    ):
        assert time.monotonic() - started < WITHIN
        time.sleep(0.002)
    os.kill(sibling, signal.SIGKILL)
    process.stdout.close()
    os.close(pidfd)


def test_a_lab_made_in_a_thread_outlives_the_thread() -> None:
    import threading

    made: list[Lab] = []
    thread = threading.Thread(target=lambda: made.append(Lab(quiet=True)))
    thread.start()
    thread.join()
    time.sleep(0.1)
    with made[0] as lab:
        assert lab.host.run("echo here").output == "here\n"


def test_a_closed_lab_says_so_and_can_be_reset() -> None:
    with orphanage():
        lab = Lab(quiet=True)
        host = lab.host
        lab.close()
        lab.close()
        with pytest.raises(SpaceGone, match=r"lab\.reset\(\)"):
            host.run("true")
        with pytest.raises(SpaceGone, match=r"closed; lab\.reset\(\)"):
            lab.mounts()
        assert lab.reset().host.run("true").status == 0
        lab.close()


def test_a_lab_that_nobody_refers_to_ends() -> None:
    import gc

    with orphanage():
        lab = Lab(quiet=True)
        pid = lab._machine.pid
        del lab
        gc.collect()
        assert not Path(f"/proc/{pid}").exists()


def test_twenty_restarts_under_tight_limits_exhaust_nothing() -> None:
    limits = "; ".join(
        f"echo 12 > /proc/sys/user/max_{kind}_namespaces" for kind in ("net", "pid", "mnt", "uts")
    )
    script = """
from nslab import Lab
for _ in range(20):
    with Lab(quiet=True) as lab:
        assert lab.host.unshare("net").run("true").status == 0
print("done")
"""
    line = f"{limits}; exec {sys.executable} -c '{script}'"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", line],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr


def test_a_machine_without_user_namespaces_is_said_with_the_remedy() -> None:
    script = """
from nslab import Lab
try:
    Lab()
except Exception as error:
    print(type(error).__name__, error)
"""
    line = f"echo 0 > /proc/sys/user/max_user_namespaces; exec {sys.executable} -c '{script}'"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", line],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.stdout.startswith("NoLab no lab could be made: user namespace was refused: unshare("), (
        done.stderr
    )
    assert "ENOSPC" in done.stdout
    assert "nslab doctor" in done.stdout
