"""An interrupt ends the request that is under way, and nothing else."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nslab import Lab


@contextmanager
def interrupt(after: float) -> Iterator[None]:
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(after, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        yield
    timer.join()
    assert time.monotonic() - started < after + 2


def test_run_is_ended_with_its_processes(lab: Lab) -> None:
    with interrupt(0.2):
        lab.host.run("sleep 100; true")
    assert lab.host.run("echo next").output == "next\n"
    assert "sleep" not in lab.host.run("ps -e -o comm").output


def test_a_command_that_ignores_it_is_killed(lab: Lab) -> None:
    with interrupt(0.2):
        lab.host.run("trap '' INT; sleep 100; true")
    assert "sleep" not in lab.host.run("ps -e -o comm").output


def test_a_function_is_ended(lab: Lab) -> None:
    def forever() -> None:
        while True:
            pass

    with interrupt(0.2):
        lab.host.call(forever)
    with interrupt(0.2):
        lab.host.call(time.sleep, 100)
    assert lab.host.call(lambda: 7) == 7


def test_at_any_moment_the_next_answer_is_the_right_one(lab: Lab) -> None:
    """Interrupts rain on short calls; no answer ever belongs to another question."""
    main = threading.main_thread().ident
    assert main is not None
    stop = threading.Event()

    def rain() -> None:
        while not stop.wait(0.003):
            signal.pthread_kill(main, signal.SIGINT)

    rainer = threading.Thread(target=rain)
    answered = interrupted = 0
    rainer.start()
    try:
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                assert lab.host.call(lambda number: number, answered) == answered
                answered += 1
            except KeyboardInterrupt:
                interrupted += 1
    except KeyboardInterrupt:
        interrupted += 1
    finally:
        while rainer.is_alive():
            try:
                stop.set()
                rainer.join()
            except KeyboardInterrupt:
                interrupted += 1
    assert answered > 50
    assert interrupted > 50
    assert lab.host.run("echo last").output == "last\n"
