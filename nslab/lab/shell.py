"""A shell that lives on in a space: directory, variables, functions and jobs stay.

One interactive bash per space, on pipes: no echo, no colours, no column width.
It reads a fixed pair of lines for each command; the command itself comes by
another pipe, so that whatever it reads from standard input is not the next one.
An interactive shell drops the rest of a line when it is interrupted, and lives.
"""

from __future__ import annotations

import codecs
import os
import select
import signal
import time
from typing import TYPE_CHECKING

from nslab.lab.link import Link, SpaceGone

if TYPE_CHECKING:
    from collections.abc import Callable

BASH = ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"]
PATIENCE = 3.0
"""Seconds that an interrupted command has before its shell is ended."""

_EMPTY, _STATUS, _COMMAND = 61, 62, 63
_SAY = rb"printf '%%d\0' $? >&%d" % _STATUS
_READ = rb"IFS= read -rd '' __nslab <&%d" % _COMMAND
_BEGIN = b"set +m +o history; unset HISTFILE PROMPT_COMMAND; PS1= PS2=; " + _SAY + b"\n"
_RUN = (
    _READ + b'; eval "$__nslab" <&%d %d<&- %d>&- %d<&-\n' % (_EMPTY, _EMPTY, _STATUS, _COMMAND) + _SAY + b"\n"
)
_PARSE = _READ + b'; eval "__nslab_parse() { :\n$__nslab\n}" 2>&1\n' + _SAY + b"\n"


class ShellEnded(RuntimeError):
    """The shell ended; ``status`` is what it ended with, ``killed`` whether it had to be."""

    def __init__(self, status: int, *, killed: bool = False) -> None:
        super().__init__(f"the shell ended with status {status}")
        self.status = status
        self.killed = killed


class UnfinishedCommand(ValueError):
    """The text ends inside a quote or a block, or is no shell syntax; nothing was run."""


class Shell:
    """The shell of the space behind *link*. Raises what Link.request does."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._own: list[int] = []
        try:
            self._start()
            self._ask(_BEGIN, None)
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        given: list[int] = []
        try:
            for we_write in (True, True, False, False):
                ends = os.pipe()
                self._own.append(ends[we_write])
                given.append(ends[not we_write])
            self._script, self._command, self._output, self._status = self._own
            given.append(os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC))
            targets = [0, _COMMAND, 1, _STATUS, _EMPTY, 2]
            self._pid: int = self._link.request("start", BASH, targets, descriptors=(*given, given[2]))
        finally:
            for descriptor in given:
                os.close(descriptor)
        for descriptor in (self._output, self._status):
            os.set_blocking(descriptor, False)

    def run(self, command: str, write: Callable[[str], object]) -> int:
        """Run one complete *command*; hand its output to *write* as it comes; return ``$?``.

        An interrupt stops the command, not the shell, and is raised again.
        Raises ShellEnded when the command ended the shell.
        """
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        status = self._ask(_RUN, command, lambda data: write(decoder.decode(data)))
        write(decoder.decode(b"", True))
        return status

    def split(self, text: str) -> list[str]:
        """Return the complete commands of *text*, in order.

        Raises UnfinishedCommand, in the shell's own words, before anything is run.
        """
        commands: list[str] = []
        pending: list[str] = []
        complaint = ""
        for line in text.splitlines():
            if not pending and not line.strip():
                continue
            pending.append(line)
            complaint = self._complaint("\n".join(pending))
            if not complaint:
                commands.append("\n".join(pending))
                pending = []
        if pending:
            raise UnfinishedCommand(complaint)
        return commands

    def close(self) -> None:
        """Close the pipes; bash ends when it reads the end of its script."""
        while self._own:
            os.close(self._own.pop())

    def _complaint(self, text: str) -> str:
        said: list[bytes] = []
        if self._ask(_PARSE, text, said.append) == 0:
            return ""
        lines = b"".join(said).decode(errors="replace").splitlines()
        return next((line.removeprefix("bash: ") for line in lines if "warning" not in line), "syntax error")

    def _ask(self, lines: bytes, command: str | None, write: Callable[[bytes], object] = bytes) -> int:
        try:
            os.write(self._script, lines)
            if command is not None:
                # Only now, as bash empties this pipe while it is written.
                _write_all(
                    self._command, command.encode(errors="surrogateescape").replace(b"\0", b"") + b"\0"
                )
        except BrokenPipeError:
            raise self._ended() from None
        return self._listen(write)

    def _listen(self, write: Callable[[bytes], object]) -> int:
        deadline = None
        while True:
            try:
                status = self._hear(write, deadline)
                if deadline is not None:
                    raise KeyboardInterrupt
                return status
            except KeyboardInterrupt:
                if deadline is not None:
                    raise
                deadline = time.monotonic() + PATIENCE
                self._link.request("signal", self._pid, int(signal.SIGINT))
            except TimeoutError:
                self._link.request("signal", self._pid, int(signal.SIGKILL))
                raise ShellEnded(128 + signal.SIGKILL, killed=True) from None

    def _hear(self, write: Callable[[bytes], object], deadline: float | None) -> int:
        """Pass output on until the shell says its status; raises TimeoutError at the deadline."""
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        poll.register(self._status, select.POLLIN)
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
            ready = dict(poll.poll(left))
            if not ready:
                raise TimeoutError
            if self._output in ready and not self._pass_on(write):
                poll.unregister(self._output)
            if self._status in ready:
                said = os.read(self._status, 64)
                self._pass_on(write)
                if not said:
                    raise self._ended()
                return int(said.rstrip(b"\0"))

    def _pass_on(self, write: Callable[[bytes], object]) -> bool:
        """Write what output there is; return False at its end."""
        while True:
            try:
                data = os.read(self._output, 65536)
            except BlockingIOError:
                return True
            if not data:
                return False
            write(data)

    def _ended(self) -> ShellEnded:
        try:
            status = self._link.request("status", self._pid)
        except SpaceGone:
            status = None
        return ShellEnded(0 if status is None else status)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
