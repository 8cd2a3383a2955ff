"""Whatever fails in a lab's helpers: an error that says so, or a lab that works; nothing left; reset works.

NSLAB_FAULTS says how many random faults are tried (100 unless it says otherwise; 1000 is the long mode).
"""

from __future__ import annotations

import errno
import os
import random
import resource
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from nslab import Lab, SpaceGone
from tests.lab.faults import CLEAR, WHEN, WHO, descendants, helper, hit_later, kill, suspend, use
from tests.lab.test_death import children, orphanage, run_for_ever, wait_for_no_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RANDOM = int(os.environ.get("NSLAB_FAULTS", "100"))


def made() -> Lab:
    """A lab whose shell is there."""
    lab = Lab(quiet=True)
    try:
        lab.host.shell("true", str)
    except CLEAR:
        lab.close()
        raise
    return lab


def afterwards(lab: Lab) -> None:
    """What must hold after every fault."""
    outcome = use(lab, "true")
    assert outcome in ("works", "SpaceGone", "ShellEnded")
    assert lab.reset().host.run("echo again").output == "again\n"
    lab.close()


def strike_at_start(who: str, hit: Callable[[int], None]) -> Lab:
    """Hit a helper of a lab that is only being made."""
    place = WHO.index(who)

    def young() -> int:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            below: list[int] = []
            for pid in set(children()) - before:
                below = [pid, *descendants(pid)]
            if len(below) > place:
                return below[place]
        return 0

    before = set(children())
    thread = hit_later(young, 0, hit)
    try:
        lab = made()
    except CLEAR:
        lab = made()
    thread.join()
    return lab


def strike(who: str, when: str, hit: Callable[[int], None]) -> None:
    """Hit *who* at the step *when*, and check what must hold then."""
    if when == "start":
        afterwards(strike_at_start(who, hit))
        return
    lab = made()
    pid = helper(who, lab)
    assert pid
    if when == "idle":
        hit(pid)
    elif when == "command":
        thread = hit_later(lambda: pid, 0.03, hit)
        assert use(lab, "sleep 0.05") in ("works", "SpaceGone", "ShellEnded", "a command was ended")
        thread.join()
    else:
        thread = hit_later(lambda: pid, 0, hit)
        lab.close()
        thread.join()
        lab.reset()
    afterwards(lab)


@pytest.mark.parametrize("hit", [kill, suspend])
@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("who", WHO)
def test_a_helper_that_is_hit_takes_nothing_with_it_but_its_lab(
    who: str, when: str, hit: Callable[[int], None]
) -> None:
    with orphanage():
        kept = set(children())
        strike(who, when, hit)
        wait_for_no_child(kept)


def test_random_faults_leave_nothing() -> None:
    chance = random.Random(7)
    with orphanage():
        kept = set(children())
        for _ in range(RANDOM):
            strike(chance.choice(WHO), chance.choice(WHEN), chance.choice([kill, suspend]))
        wait_for_no_child(kept)


@contextmanager
def no_descriptor_left(but: int = 0) -> Iterator[None]:
    """Take every descriptor that this process may have, *but* so many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    taken: list[int] = []
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        for _ in range(but):
            os.close(taken.pop())
    try:
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_descriptors_a_lab_is_refused_and_made_later() -> None:
    with orphanage():
        kept = set(children())
        outcomes = []
        for spare in range(16):
            with no_descriptor_left(spare):
                outcomes.append(outcome_of_a_lab())
        assert outcomes[0] == "EMFILE"
        assert set(outcomes) <= {"EMFILE", "made"}
        afterwards(Lab(quiet=True))
        wait_for_no_child(kept)


def outcome_of_a_lab() -> str:
    try:
        Lab(quiet=True).close()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "made"


def test_a_call_without_descriptors_fails_and_the_next_works() -> None:
    with orphanage():
        lab = made()
        with no_descriptor_left():
            for attempt in (lambda: lab.host.run("true"), lambda: lab.host.unshare("mnt", name="web")):
                with pytest.raises(OSError, match="Too many open files"):
                    attempt()
        assert lab.host.unshare("mnt", name="web").run("echo now").output == "now\n"
        afterwards(lab)


def test_a_full_disk_stops_a_command_and_not_the_lab() -> None:
    with orphanage():
        lab = made()
        filled = lab.host.run("head -c 1G /dev/zero > /fill")
        assert filled.status != 0
        assert "No space left on device" in filled.output
        assert use(lab, "true") == "works"
        assert lab.host.unshare(name="web", mount_proc=True).run("echo full").output == "full\n"
        afterwards(lab)


def test_a_call_that_runs_out_of_memory_fails_and_the_next_works() -> None:
    def little() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 30))
        bytes(1 << 29)

    with orphanage():
        lab = made()
        with pytest.raises(MemoryError):
            lab.host.call(little)
        assert use(lab, "true") == "works"
        afterwards(lab)


def test_clocks_that_jump_change_no_patience() -> None:
    """The helpers wait by CLOCK_MONOTONIC, which no setting of the clock moves."""
    import ast
    from pathlib import Path

    import nslab.lab

    for module in Path(nslab.lab.__file__).parent.glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Attribute)]
        assert not [node for node in calls if ast.unparse(node) in ("time.time", "datetime.now")], module


def test_threads_that_call_while_the_shim_dies_all_get_an_answer() -> None:
    outcomes: list[str] = []
    with orphanage():
        kept = set(children())
        lab = made()

        def ask() -> None:
            with pytest.raises(SpaceGone):
                run_for_ever(lab)
            outcomes.append("SpaceGone")

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.03)
        kill(lab._machine.pid)
        for thread in threads:
            thread.join(10)
        assert outcomes == ["SpaceGone"] * 3
        afterwards(lab)
        wait_for_no_child(kept)
