"""Processes of a lab: seeing them all, starting some that stay, and sending them signals."""

from __future__ import annotations

import errno
import re
import time
from typing import TYPE_CHECKING, cast

from nslab.front import shown
from nslab.front.face import OfLab, OfSpace
from nslab.lab.link import SpaceGone
from nslab.linux import process
from nslab.linux.refusal import KernelRefused
from nslab.state import signals
from nslab.state.processes import Process, Processes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.front.space import Space
    from nslab.view.processes import ProcessesFigure

PATIENCE = 2.0
"""Seconds to wait for the end of a process that a signal ends."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,15}")
_NO_SUCH = "no process has this PID in the sender's PID namespace: look with ps, or lab.processes()"

_CHOSEN = {
    errno.EEXIST: "a process has this PID; take one that is free at its level (clone3(2))",
    errno.EINVAL: "a PID is above 0 and below pid_max, 1 is for a namespace without a process yet,"
    " and there are no more of them than levels (clone3(2))",
    errno.EPERM: "choosing a PID takes CAP_CHECKPOINT_RESTORE in the user namespace that owns the"
    " PID namespace of its level; choose inner levels only (clone3(2))",
    errno.ENOSYS: "this kernel, or a filter of system calls around it, has no clone3",
}


class Sent:
    """What became of a signal: the kernel's ``fate`` for it by rule, and its receiver a moment ``after``.

    That is None when it is gone. kill(2) itself returned 0. Introduced in chapter 7.
    """

    def __init__(self, name: str, fate: signals.Fate, after: Process | None) -> None:
        self.name, self.fate, self.after = name, fate, after

    @property
    def ended(self) -> bool:
        """Whether the receiver has ended; it may be a zombie."""
        return self.after is None or self.after.zombie

    def __repr__(self) -> str:
        states = {"Z": "a zombie", "T": "stopped"}
        seen = states.get(self.after.state, "still there") if self.after else "gone"
        lines = [
            f"kill() returned 0; {self.name} is {seen}",
            f"{self.fate.word}: {self.fate.why}",
        ]
        return "\n".join([*lines, *([f"way out: {self.fate.way_out}"] if self.fate.way_out else [])])


class Started:
    """A command that was started in a space and runs on; ends with the space at the latest.

    Made by :meth:`Starting.start`. Introduced in chapter 7.
    """

    def __init__(self, space: Space, inside: int, pids: tuple[int, ...], name: str) -> None:
        self._space, self._inside = space, inside
        self.pids = pids
        self.name = name

    @property
    def pid(self) -> int:
        """Its PID as the lab's host sees it; ``pids`` holds that of each level, the host's first."""
        return self.pids[0]

    @property
    def alive(self) -> bool:
        """Whether it is there; a zombie has ended."""
        found = self._space._lab._read_processes().get(self.pid)
        return found is not None and found.pids == self.pids and not found.zombie

    def signal(self, name: str | int, *, by: Space | None = None) -> Sent:
        """Send it a signal from its space, or from the space *by*; return what became of that.

        Raises KernelRefused (ESRCH) when it has ended, or can't be seen from there. Source: kill(2).
        """
        sender = by or self._space
        return sender._send(self.pid, self.pids, signals.number(name))

    def wait(self) -> int:
        """Wait until it ends; return its status as a shell's ``$?``. Raises SpaceGone. Source: wait(2)."""
        while True:
            status: int | None = self._space._link.request("status", self._inside)
            if status is not None:
                return status

    def __repr__(self) -> str:
        said = f"{self.name}  pids {' '.join(map(str, self.pids))}, from the host in"
        return said if self.alive else f"{said}  ended"


class Starting(OfSpace):
    """What a space can do with processes that stay."""

    def start(self, command: str, *, name: str | None = None, pids: Sequence[int] = ()) -> Started:
        """Start a shell line that runs on in the background; return a handle for it.

        Its input and output are /dev/null. With *name*, ps shows it by that, up to 15 bytes: the program is
        started through a symbolic link of this name, which is gone when this returns. *pids* are to be its
        PIDs, that of this space's own PID namespace last, those of levels further out before it.
        Raises ValueError for a name, SpaceGone, OSError, RuntimeError when it has ended at once,
        KernelRefused for PIDs that it can't have.
        Source: sh(1), execve(2), clone3(2). Introduced in chapter 7.
        """
        self._show(f"{command} &")
        if name is not None and not _NAME.fullmatch(name):
            raise ValueError(f"a process cannot be called {name!r}: take up to 15 letters, digits, - or _")
        inside = self._launch(command, name or "", list(reversed(pids)))
        processes = self._lab._read_processes()
        found = processes.seen(self._agent(processes).namespace, inside)
        if found is None:
            raise RuntimeError(f"{command!r} has ended already; start something that stays")
        return Started(cast("Space", self), inside, found.pids, found.name)

    def signal(self, pid: int, name: str | int) -> Sent:
        """Send a signal to the process with *pid* in this space's PID namespace; return what became of it.

        Raises ValueError for a PID below 1 or no signal, KernelRefused as kill(2).
        Source: kill(2), pid_namespaces(7). Introduced in chapter 7.
        """
        if pid < 1:
            raise ValueError(
                f"{pid} is no PID; below 1 kill(2) means groups of processes, which this does not"
            )
        processes = self._lab._read_processes()
        found = processes.seen(self._agent(processes).namespace, pid)
        if found is None:
            raise KernelRefused(errno.ESRCH, "kill", f"{pid}, {signals.number(name)}", _NO_SUCH)
        return self._send(found.pid, found.pids, signals.number(name))

    def _launch(self, command: str, name: str, pids: list[int]) -> int:
        try:
            started: int = self._link.request("launch", command, name, pids)
        except KernelRefused as refused:
            number, rule = refused.errno or 0, _CHOSEN.get(refused.errno or 0, "")
            raise KernelRefused(number, refused.call, refused.arguments, rule) from None
        return started

    def _agent(self, processes: Processes) -> Process:
        found = processes.get(self.pid)
        assert found is not None
        return found

    def _send(self, pid: int, pids: tuple[int, ...], number: int) -> Sent:
        processes = self._lab._read_processes()
        agent, found = self._agent(processes), processes.get(pid)
        here = processes.namespace(agent.namespace)
        visible = (
            found and here and processes.seen(here.number, pids[here.level] if here.level < len(pids) else 0)
        )
        if found is None or found.pids != pids or visible is not found:
            raise KernelRefused(errno.ESRCH, "kill", f"{pids[-1]}, {number}", _NO_SUCH)
        local = pids[agent.level]
        self._show(shown.line("kill", "-s", signals.name(number), str(local)))
        fate = signals.fate(found, number, from_outside=found.namespace != agent.namespace)
        self.call(process.kill, local, number)
        return Sent(found.space or found.name, fate, self._afterwards(found, fate))

    def _afterwards(self, before: Process, fate: signals.Fate) -> Process | None:
        """Return what is left of a process after a signal; waits for its end if that is its fate."""
        deadline = time.monotonic() + PATIENCE
        while True:
            now = self._lab._read_processes().get(before.pid)
            if now is None or now.pids != before.pids:
                return None
            if fate.word != "ends" or now.zombie or time.monotonic() > deadline:
                return now
            time.sleep(0.002)


class Seeing(OfLab):
    """What a lab can show of its processes."""

    def processes(self, under: str | Space | None = None, *, raw: bool = False) -> ProcessesFigure:
        """Return every process of the lab with its PID at each level, read from the kernel now.

        *under* is a space: only what is in its PID namespace is shown. *raw* adds the namespaces' inode
        numbers. The lab's own PID namespace is the outermost: PIDs of the machine are not shown.
        Raises SpaceGone when the lab is closed, LookupError for no space.
        Source: NSpid in proc_pid_status(5), pid_namespaces(7). Introduced in chapter 7.
        """
        from nslab.view.processes import ProcessesFigure

        found = self._read_processes()
        if under is not None:
            found = found.within(under if isinstance(under, str) else under.name)
        return ProcessesFigure(found, raw=raw)

    def _read_processes(self) -> Processes:
        self._check()
        agents = {pid: name for name, space in self.spaces.items() if (pid := _pid(space))}
        lines, parents = self.host._link.request("processes")
        return Processes.read(lines, parents, agents)


def _pid(space: Space) -> int:
    """Return the PID of a space's agent, 0 when it has just ended."""
    try:
        return space.pid
    except (SpaceGone, OSError, LookupError):
        return 0
