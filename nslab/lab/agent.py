"""An agent: the process that lives in a space and does there what the notebook asks.

One request at a time comes over the wire, as ``(number, verb, arguments...)``,
and is answered ``(number, "done", value)`` or ``(number, "failed", error)``. A
second wire carries the number of a request to cancel: the kernel sends a SIGINT
when something arrives there, so that even a busy agent hears it.
"""

from __future__ import annotations

import _signal
import _socket
import fcntl
import gc
import os
import select
import sys

from nslab.lab import commands, shipping
from nslab.lab.birth import Birth
from nslab.lab.children import Children, signal_group
from nslab.lab.courier import Courier
from nslab.lab.failure import described
from nslab.lab.wire import Wire, WireClosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

O_CLOEXEC_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
F_SETSIG = 10


def start(wire: Wire, control: int, birth: Birth, said: dict[str, Any]) -> NoReturn:
    """Be the first agent of a lab, in the process that calls this; never returns."""
    proc = os.open("/proc", O_CLOEXEC_DIRECTORY)
    with open("/proc/self/mountinfo", "rb") as file:
        said["mountinfo"] = file.read()
    gc.disable()
    gc.freeze()
    Agent(wire, control, birth, Kept(proc, os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC))).live(said)


class Kept:
    """What every agent of a lab has open, whatever its space's root holds: the lab's /proc, and /dev/null."""

    def __init__(self, proc: int, null: int) -> None:
        self.proc, self.null = proc, null


class Agent:
    """The agent of one space."""

    def __init__(self, wire: Wire, control: int, birth: Birth, kept: Kept) -> None:
        self._wire, self._birth, self._kept = wire, birth, kept
        self._control = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, control)
        self._wake, self._woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._children = Children(self._wake, kept.null)
        self._number = self._cancelled = 0
        self._calling = False
        self._queue: int | None = None
        self._poll = select.poll()
        self._poll.register(wire.fd, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)
        sys.meta_path[2:] = [Courier(self._fetch)]

    def live(self, said: dict[str, Any]) -> NoReturn:
        """Say hello, serve until the wire ends, and end."""
        try:
            self._listen()
            if {"user", "mnt"} <= set(self._birth.types):
                from nslab.linux import mountinfo

                said["mountinfo"] = mountinfo.read(self._kept.proc)
            self._birth.settle()
            own = os.pidfd_open(os.getpid())
            self._wire.send((0, "done", said), [own])
            os.close(own)  # or the agents forked from this one would hold it
            while True:
                self._serve_one()
        except WireClosed:
            self._children.end()
        except BaseException as error:
            self._wire.send((self._number, "failed", described(error)))
        finally:
            os._exit(0)

    def _listen(self) -> None:
        _signal.set_wakeup_fd(self._woken)
        _signal.signal(_signal.SIGCHLD, lambda *_: None)
        _signal.signal(_signal.SIGINT, self._on_cancel)
        self._control.setblocking(False)
        control = self._control.fileno()
        fcntl.fcntl(control, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(control, F_SETSIG, _signal.SIGINT)
        fcntl.fcntl(control, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)

    def _on_cancel(self, *_: object) -> None:
        try:
            self._cancelled = max(self._cancelled, int(self._control.recv(32)))
        except (OSError, ValueError):
            return
        if self._calling and self._is_cancelled():
            raise KeyboardInterrupt

    def _is_cancelled(self) -> bool:
        return self._cancelled >= self._number

    def _serve_one(self) -> None:
        if not self._wire.look_out() and any(ready == self._wake for ready, _ in self._poll.poll()):
            self._children.reap()
            return
        (self._number, verb, *arguments), descriptors = self._wire.receive()
        try:
            value = getattr(self, f"_do_{verb}")(*arguments, descriptors)
            answer = (self._number, "done", value)
            self._wire.send(answer)
        except WireClosed:
            raise
        except BaseException as error:
            self._wire.send((self._number, "failed", described(error)))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _do_call(self, packed: Any, arguments: Any, named: Any, _: list[int]) -> Any:
        function = shipping.unpack(packed)
        self._calling = True
        try:
            if self._is_cancelled():
                raise KeyboardInterrupt
            return function(*arguments, **named)
        finally:
            self._calling = False

    def _do_run(self, command: str, descriptors: list[int]) -> int | None:
        program, arguments = commands.program(command)
        pid = self._children.start(program, arguments, {1: descriptors[0], 2: descriptors[0]})
        return self._children.wait(pid, self._is_cancelled)

    def _do_start(self, command: list[str], targets: list[int], descriptors: list[int]) -> int:
        return self._children.start(command[0], command, dict(zip(targets, descriptors, strict=True)))

    def _do_launch(self, command: str, name: str, pids: list[int], _: list[int]) -> int:
        """Start a shell line in the background, by *name* and with *pids* if they are given."""
        from nslab.lab import named

        return named.start(self._children, command, name, pids)

    def _do_signal(self, pid: int, number: int, _: list[int]) -> bool:
        if self._children.alive(pid):
            signal_group(pid, number)
            return True
        return False

    def _do_mounts(self, _: list[int]) -> tuple[str, str, bytes, dict[int, int]]:
        """Return the space's mount and user namespaces, its mountinfo, and its mounts' unique ids."""
        from nslab.linux import mountinfo

        mnt, user = (os.readlink(f"self/ns/{kind}", dir_fd=self._kept.proc) for kind in ("mnt", "user"))
        return mnt, user, mountinfo.read(self._kept.proc), mountinfo.unique_ids()

    def _do_owners(self, kinds: list[str], _: list[int]) -> dict[str, int]:
        """Return the user namespaces that own the space's namespaces of *kinds*, 0 for one out of sight."""
        from nslab.linux import namespaces

        found = {}
        for kind in kinds:
            descriptor = os.open(f"self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._kept.proc)
            found[kind] = namespaces.owner(descriptor)
            os.close(descriptor)
        return found

    def _do_processes(self, _: list[int]) -> tuple[bytes, dict[int, int]]:
        """Return every process of the lab, by the lab's own /proc, and which PID namespace lies in which."""
        from nslab.linux import procfs

        return procfs.processes(self._kept.proc, self._children.reap)

    def _do_proc(self, path: str, text: str | None, _: list[int]) -> str:
        """Read a file of the lab's own /proc, with ids as this space has them; or write *text* to it."""
        from nslab.lab import mapping

        return mapping.file(self._kept.proc, path, text)

    def _do_listen(self, _: list[int]) -> bool:
        """Begin to queue the mount events of the space's mount namespace; False where the kernel can't."""
        from nslab.linux import fanotify

        self._forget_queue()
        namespace = os.open("self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._kept.proc)
        self._queue = fanotify.watch(namespace)
        os.close(namespace)
        return self._queue is not None

    def _do_heard(self, _: list[int]) -> list[tuple[str, int]]:
        """Return the mount events since :meth:`_do_listen`, and stop queueing them."""
        from nslab.linux import fanotify

        heard = [] if self._queue is None else fanotify.events(self._queue)
        self._forget_queue()
        return heard

    def _forget_queue(self) -> None:
        if self._queue is not None:
            os.close(self._queue)
            self._queue = None

    def _do_status(self, pid: int, _: list[int]) -> int | None:
        return self._children.status(pid)

    def _do_end(self, _: list[int]) -> NoReturn:
        raise WireClosed

    def _do_fork(self, wanted: dict[str, Any], descriptors: list[int]) -> None:
        """Fork the agent of a new space, which says hello or fails on its own wire."""
        birth = Birth(wanted["name"], self._birth.area)
        birth.types, birth.propagation, birth.proc = wanted["types"], wanted["propagation"], wanted["proc"]
        birth.entered, birth.offsets, birth.maps = wanted["entered"], wanted["offsets"], wanted["maps"]
        wire, control, *pidfds = descriptors
        birth.joined = list(zip(pidfds, wanted["joined"], strict=True))
        if os.fork() == 0:
            self._close()
            _be_born(birth, wire, control, self._kept)

    def _close(self) -> None:
        _signal.set_wakeup_fd(-1)
        self._wire.close()
        self._control.close()
        os.close(self._wake)
        os.close(self._woken)

    def _fetch(self, name: str) -> Any:
        """Ask the notebook for module *name*; only while it waits for an answer."""
        self._wire.send((self._number, "module", name))
        return self._wire.receive()[0]


def _be_born(birth: Birth, wire_fd: int, control: int, kept: Kept) -> NoReturn:
    wire = Wire(wire_fd)
    try:
        birth.move(kept.proc)
        if birth.needs_child() and os.fork():
            os._exit(0)
        Agent(wire, control, birth, kept).live({})
    except BaseException as error:
        wire.send((0, "failed", described(error)))
    finally:
        os._exit(0)
