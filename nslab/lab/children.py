"""The commands that an agent starts, waits for, and ends."""

from __future__ import annotations

import _signal
import os
import select
import time

from nslab.lab import commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENT = {
    "PATH": commands.PATH,
    "HOME": "/root",
    "USER": "root",
    "LOGNAME": "root",
    "SHELL": "/bin/bash",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "COLUMNS": "100",
    "PAGER": "cat",
}
"""What every command in a lab sees, whatever the machine's own environment is."""

GRACE = 0.5
"""Seconds that an interrupted command has to end by itself."""

_DEFAULTED = tuple(
    getattr(_signal, name) for name in ("SIGINT", "SIGPIPE", "SIGCHLD", "SIGTERM", "SIGQUIT", "SIGXFSZ")
)
"""What this process, or whoever started it, may have ignored or caught."""


class Children:
    """An agent's child processes; *wake* is readable when a signal came, *null* is /dev/null."""

    def __init__(self, wake: int, null: int) -> None:
        self._wake, self._null = wake, null
        self._status: dict[int, int | None] = {}

    def start(self, program: str, arguments: list[str], descriptors: dict[int, int]) -> int:
        """Start a command in a session of its own; return its process id.

        *descriptors* says which of the agent's descriptors the command gets as
        which of its own; standard input, output and error are /dev/null unless
        given. Raises OSError as execve(2) and fork(2) do.
        """
        given = {0: self._null, 1: self._null, 2: self._null} | descriptors
        actions = [(os.POSIX_SPAWN_DUP2, own, its) for its, own in given.items()]
        pid = os.posix_spawn(
            program, arguments, ENVIRONMENT, file_actions=actions, setsid=True, setsigdef=_DEFAULTED
        )
        self._status[pid] = None
        return pid

    def become(self, program: str, arguments: list[str]) -> None:
        """Be what :meth:`start` starts, in a fork of the agent. Raises OSError as execve(2) does."""
        for number in _DEFAULTED:
            _signal.signal(number, _signal.SIG_DFL)
        os.setsid()
        for its in (0, 1, 2):
            os.dup2(self._null, its)
        os.execve(program, arguments, ENVIRONMENT)

    def take_in(self, pid: int) -> None:
        """Keep the status of a child that was not made by :meth:`start`."""
        self._status[pid] = None

    def wait(self, pid: int, cancelled: Callable[[], bool]) -> int | None:
        """Wait for a started command; return its status as a shell's ``$?``.

        None when *cancelled* became true: the command's process group is then
        interrupted, and killed if it stays.
        """
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        while self._status[pid] is None:
            if cancelled():
                self._stop(pid, poll)
                self._status.pop(pid)
                return None
            poll.poll()
            self.reap()
        return _as_shell(self._status.pop(pid))

    def _stop(self, pid: int, poll: select.poll) -> None:
        signal_group(pid, _signal.SIGINT)
        end = time.monotonic() + GRACE
        while self._status[pid] is None and (left := end - time.monotonic()) > 0:
            poll.poll(left * 1000)
            self.reap()
        signal_group(pid, _signal.SIGKILL)
        while self._status[pid] is None:
            poll.poll()
            self.reap()

    def reap(self) -> None:
        """Take the status of every child that has ended, orphans of a PID namespace included."""
        try:
            os.read(self._wake, 4096)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._status:
                self._status[pid] = status

    def alive(self, pid: int) -> bool:
        """Return whether the started command *pid* still runs."""
        self.reap()
        return self._status.get(pid, 0) is None

    def status(self, pid: int) -> int | None:
        """Return how the started command *pid* ended, as ``$?``, waiting a moment for its end."""
        end = time.monotonic() + GRACE
        while self.alive(pid) and time.monotonic() < end:
            time.sleep(0.001)
        return _as_shell(self._status.get(pid))

    def end(self) -> None:
        """Kill the process group of every command that still runs."""
        self.reap()
        for pid, status in self._status.items():
            if status is None:
                signal_group(pid, _signal.SIGKILL)


def _as_shell(status: int | None) -> int | None:
    """Return a wait status as a shell shows it: 128 and the signal for a killed process."""
    if status is None:
        return None
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the process group of *pid*, which may be gone."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
