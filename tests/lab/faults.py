"""Faults of a lab's processes: who can be hit, at which step, and by what."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from nslab import Lab, NoLab, SpaceGone
from nslab.lab.shell import ShellEnded

if TYPE_CHECKING:
    from collections.abc import Callable

CLEAR = (NoLab, SpaceGone, ShellEnded, TimeoutError)
"""What may be raised when a helper was hit; each says what happened in a sentence."""

WHO = ("shim", "init", "agent", "shell")
WHEN = ("start", "idle", "command", "close")


def descendants(of: int) -> list[int]:
    """The processes below *of*, parents first."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{of}/task"):
            for pid in map(int, Path(f"/proc/{of}/task/{task}/children").read_text().split()):
                found += [pid, *descendants(pid)]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def helper(who: str, lab: Lab) -> int:
    """The process id on the machine of one of a lab's helpers; 0 when it is not there."""
    below = [lab._machine.pid, *descendants(lab._machine.pid)]
    return ({"shim": below[:1], "init": below[1:2], "agent": below[2:3], "shell": below[3:4]}[who] or [0])[0]


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def hit_later(victim: Callable[[], int], after: float, hit: Callable[[int], None]) -> threading.Thread:
    """Hit a process from a thread, *after* seconds from now."""

    def act() -> None:
        time.sleep(after)
        pid = victim()
        if pid:
            hit(pid)

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def kill(pid: int) -> None:
    """Kill a process."""
    send(pid, signal.SIGKILL)


def suspend(pid: int) -> None:
    """Stop a process, and let it go on a moment later, as a suspended machine does."""
    send(pid, signal.SIGSTOP)
    time.sleep(0.1)
    send(pid, signal.SIGCONT)


def use(lab: Lab, command: str) -> str:
    """Use the lab's three ways in; return "works" or the clear error's name. Anything else is raised."""
    try:
        shown: list[str] = []
        lab.host.shell(command, shown.append)
        if lab.host.run(f"{command}; echo run").output != "run\n":
            return "a command was ended"
        assert lab.host.call(lambda: 42) == 42
    except CLEAR as error:
        return type(error).__name__ if str(error) else "an error without a word"
    return "works"
