"""A space: a process and the namespaces it lives in."""

from __future__ import annotations

import os
import select
import signal
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nslab.front import reasons, shown
from nslab.front.comparing import Attributes
from nslab.front.making import Making
from nslab.front.mapping import Mapped
from nslab.front.meetings import Meeting
from nslab.front.mounting import Mounting
from nslab.front.naming import Naming
from nslab.front.networking import Networking
from nslab.front.packets import Packets
from nslab.front.processes import Starting
from nslab.front.ruling import Ruling
from nslab.front.standing import Rooted
from nslab.lab import apart, failure, shipping
from nslab.lab.link import SpaceGone
from nslab.lab.shell import Shell, ShellEnded
from nslab.linux.refusal import KernelRefused
from nslab.state.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.front.lab import Lab
    from nslab.lab.link import Link
    from nslab.view.mounts import MountsFigure

PATIENCE = 2.0
"""Seconds that an agent has to end before it is killed."""


class Space(
    Attributes, Making, Mapped, Meeting, Mounting, Naming, Networking, Packets, Rooted, Ruling, Starting
):
    """A process in a lab, and the namespaces it lives in; made by ``unshare`` and ``join``.

    Introduced in chapter 0.
    """

    def __init__(self, lab: Lab, link: Link) -> None:
        self._lab = lab
        self._link = link
        self._shell: Shell | None = None
        self._made_of: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._link.name

    @property
    def pid(self) -> int:
        """The process id of its agent, as ``host`` sees it.

        Raises SpaceGone. Source: pidfd_open(2), NSpid in proc_pid_status(5). Introduced in chapter 7.
        """
        return self._pids()[1]

    @property
    def pid_outside(self) -> int:
        """The process id of its agent on the machine that the lab runs on. Raises SpaceGone."""
        return self._pids()[0]

    @property
    def alive(self) -> bool:
        """Whether its agent is there."""
        if self._link.closed or self._link.pidfd < 0:
            return False
        poll = select.poll()
        poll.register(self._link.pidfd, select.POLLIN)
        return not poll.poll(0)

    def run(self, command: str) -> Transcript:
        """Run a shell line here; return command, output and status as one object.

        Standard error is in the output, in order. Each call has a shell of its
        own (``/bin/sh``); ``%%in`` has one that lives on. An interrupt ends the
        command. Raises SpaceGone, and KernelRefused when there is no /bin/sh.
        Source: sh(1). Introduced in chapter 0.
        """
        self._lab._note(self.name, command)
        reader, writer = os.pipe2(os.O_CLOEXEC)
        parts: list[bytes] = []
        os.set_blocking(reader, False)
        try:
            status = self._link.request(
                "run",
                command,
                descriptors=[writer],
                meanwhile=(reader, lambda: _drain(reader, parts)),
            )
            _drain(reader, parts)
        except OSError as error:
            raise KernelRefused(error.errno or 0, "execve", "'/bin/sh'") from None
        finally:
            os.close(reader)
            os.close(writer)
        return Transcript(self.name, command, b"".join(parts).decode(errors="replace"), status)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run a Python function here, in the agent; return its value.

        The function travels as code with the functions, modules and plain data
        it uses. Arguments and value are plain data: None, booleans, numbers,
        text, bytes, lists, tuples, dicts. What it raises is raised here, with
        the lines of the space as a note. Raises TypeError for other data,
        SpaceGone. Introduced in chapter 3.
        """
        return self._link.request("call", shipping.pack(function), arguments, named)

    def fork(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run a Python function here in a child of the agent, which then ends; return its value.

        As :meth:`call`, for what can't be undone: whatever the function does to its
        own process, such as unshare(2), ends with it. Raises what the function
        raises, SpaceGone, and ChildProcessError when the child ended without an
        answer. Source: fork(2). Introduced in chapter 3.
        """
        outcome, value = self.call(apart.run, shipping.pack(function), list(arguments), named)
        if outcome == "failed":
            raise failure.restored(value, self.name)
        if outcome == "ended":
            raise ChildProcessError("the function's process ended before it could answer")
        return value

    def mounts(self, under: str | None = None, *, raw: bool = False) -> MountsFigure:
        """Return this space's mounts, as :meth:`Lab.mounts` does for all."""
        return self._lab._figure([self], under, raw=raw)

    def kill(self) -> None:
        """End this space's agent and the commands it started; wait until it is gone.

        With a PID namespace of its own, every process in it ends. May be called again.
        """
        if self.alive:
            pidfd = os.dup(self._link.pidfd)
            try:
                self._link.request("end")
            except SpaceGone:
                _wait(pidfd)
            finally:
                os.close(pidfd)
        self._let_go()
        self._lab._spaces.pop(self.name, None)

    def shell(self, text: str, write: Callable[[str], object]) -> list[int]:
        """Run *text* in the shell that lives on here; return the status of each command.

        A transcript goes to *write* as it comes: prompt, command, output, and the
        status when it is not 0. Raises UnfinishedCommand before anything is run,
        ShellEnded when a command ended the shell; the next call starts a new one.
        Source: bash(1). Introduced in chapter 0.
        """
        if self._shell is None:
            self._shell = Shell(self._link)
        try:
            return [self._shell_step(self._shell, command, write) for command in self._shell.split(text)]
        except (ShellEnded, SpaceGone):
            self._let_go_of_shell()
            raise

    def __repr__(self) -> str:
        if not self.alive:
            return f"{self.name}  ended"
        return f"{self.name}  pid {self.pid}" + "".join(f"  {part}" for part in self._made_of)

    def _shell_step(self, shell: Shell, command: str, write: Callable[[str], object]) -> int:
        write(shown.prompted(self.name, command))
        last = "\n"

        def pass_on(text: str) -> None:
            nonlocal last
            last = text[-1:] or last
            write(text)

        self._lab._note(self.name, command)
        status = shell.run(command, pass_on)
        if last != "\n":
            write("\n")
        if status:
            write(f"[exit {status}]\n")
            write(self._reason(command))
        return status

    def _reason(self, command: str) -> str:
        """Return why the kernel refused a mount command, as a line; nothing where the model can't tell."""
        found = reasons.refusal(self._lab, self.name, command)
        told = f"[why: {found.name}, {reasons.sentence(found)}]" if found else ""
        return textwrap.fill(told, 95, subsequent_indent="      ") + "\n" if told else ""

    def _pids(self) -> list[int]:
        if not self.alive:
            raise SpaceGone(f"space {self.name!r} has ended; lab.reset() makes a fresh lab")
        said = Path(f"/proc/self/fdinfo/{self._link.pidfd}").read_text(encoding="ascii")
        lines = dict(line.split(":", 1) for line in said.splitlines())
        return [int(number) for number in lines["NSpid"].split()]

    def _show(self, command: str) -> None:
        self._lab._show(self.name, command)

    def _let_go(self) -> None:
        self._let_go_of_shell()
        if not self._link.closed:
            self._link.close()

    def _let_go_of_shell(self) -> None:
        if self._shell is not None:
            self._shell.close()
            self._shell = None


def _wait(pidfd: int) -> None:
    """Wait for a process to end; kill it when it takes too long."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    if not poll.poll(PATIENCE * 1000):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        poll.poll(PATIENCE * 1000)


def _drain(reader: int, parts: list[bytes]) -> None:
    while True:
        try:
            data = os.read(reader, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            return
        parts.append(data)
