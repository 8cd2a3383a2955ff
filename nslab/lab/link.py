"""The notebook's end of the conversation with one agent."""

from __future__ import annotations

import os
import select
import threading
import time
from typing import TYPE_CHECKING, Any

from nslab.lab import courier, failure
from nslab.lab.wire import WireClosed, pair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PATIENCE = 3.0
"""Seconds to wait for the answer to an interrupted request."""


class SpaceGone(RuntimeError):
    """The space, or the lab it is in, has ended."""


class Link:
    """Sends requests to an agent, one at a time, from any thread.

    ``pidfd`` stands for the agent; ``born_with`` is the mountinfo that a space in
    a user namespace of its own began with, whose mounts are locked.

    An interrupt (KeyboardInterrupt) while a request is under way cancels it in
    the agent and is raised again once the agent has answered, so that the next
    request finds the conversation in step.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.pidfd = -1
        self.born_with = b""
        self._owner = os.getpid()
        self._wire, wire_far = pair()
        try:
            self._control, control_far = pair()
        except OSError:
            self._wire.close()
            os.close(wire_far)
            raise
        self.far_ends: tuple[int, ...] = (wire_far, control_far)
        self._lock = threading.RLock()
        self._number = 0
        self._closed = False
        self._poll = select.poll()
        self._poll.register(self._wire.fd, select.POLLIN)

    def greet(self) -> Any:
        """Wait for the agent's hello and return what it says; keeps its pidfd.

        Raises what the agent failed with, SpaceGone when it ended without a word.
        """
        self.let_go_of_far_ends()
        try:
            said, descriptors = self._answer(0, None)
        except BaseException:
            self.close()
            raise
        self.pidfd = descriptors[0]
        return said

    def born(self) -> None:
        """Wait for the hello of a new space; raises as :meth:`greet`."""
        self.born_with = self.greet().get("mountinfo", b"")

    def let_go_of_far_ends(self) -> None:
        """Close the ends that are the agent's, once it has them or when there will be none."""
        for descriptor in self.far_ends:
            os.close(descriptor)
        self.far_ends = ()

    def request(
        self,
        verb: str,
        *arguments: Any,
        descriptors: Sequence[int] = (),
        meanwhile: tuple[int, Callable[[], None]] | None = None,
    ) -> Any:
        """Ask the agent for *verb*; return its value.

        *meanwhile* pairs a descriptor with what to do each time it can be read
        while the answer is awaited. Raises what the agent failed with,
        SpaceGone when it is not there any more.
        """
        with self._lock:
            self._check()
            self._number += 1
            number = self._number
            try:
                self._wire.send((number, verb, *arguments), descriptors)
                return self._answer(number, meanwhile)[0]
            except KeyboardInterrupt:
                self._cancel(number, meanwhile)
                raise
            except WireClosed:
                raise self._gone() from None

    def close(self) -> None:
        """Close this end; the agent ends its commands and itself."""
        self._closed = True
        if self._owner == os.getpid() and self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
        self._wire.close()
        self._control.close()

    @property
    def closed(self) -> bool:
        """Whether this end was closed."""
        return self._closed

    def _check(self) -> None:
        if self._owner != os.getpid():
            raise SpaceGone("this lab belongs to the process that made it; make one here with Lab()")
        if self._closed:
            raise self._gone()

    def _gone(self) -> SpaceGone:
        self.close()
        return SpaceGone(f"space {self.name!r} has ended; lab.reset() makes a fresh lab")

    def _answer(
        self, number: int, meanwhile: tuple[int, Callable[[], None]] | None, deadline: float | None = None
    ) -> tuple[Any, list[int]]:
        """Return the value of answer *number* and its descriptors, past older answers."""
        while True:
            self._await(meanwhile, deadline)
            try:
                (answered, outcome, value), descriptors = self._wire.receive()
            except WireClosed:
                raise self._gone() from None
            if answered != number:
                continue
            if outcome == "module":
                self._wire.send(courier.look_up(value))
            elif outcome == "done":
                return value, descriptors
            else:
                raise failure.restored(value, self.name)

    def _await(self, meanwhile: tuple[int, Callable[[], None]] | None, deadline: float | None) -> None:
        """Wait until the agent says something; raises TimeoutError at the deadline."""
        if meanwhile is None and deadline is None:
            self._wire.look_out()
            return
        poll = select.poll()
        poll.register(self._wire.fd, select.POLLIN)
        if meanwhile:
            poll.register(meanwhile[0], select.POLLIN)
        while True:
            ready = dict(poll.poll(None if deadline is None else max(0, deadline - time.monotonic()) * 1000))
            if meanwhile and meanwhile[0] in ready:
                if ready[meanwhile[0]] & select.POLLIN:
                    meanwhile[1]()
                else:
                    poll.unregister(meanwhile[0])
            if self._wire.fd in ready:
                return
            if not ready:
                raise TimeoutError(f"space {self.name!r} does not answer")

    def _cancel(self, number: int, meanwhile: tuple[int, Callable[[], None]] | None) -> None:
        """Cancel request *number* and wait for its answer, whatever it is."""
        self._control.cancel(number)
        try:
            self._answer(number, meanwhile, time.monotonic() + PATIENCE)
        except (Exception, KeyboardInterrupt):
            return
