"""The shim: one single-threaded process that makes a lab and takes it down with it.

The notebook's process has threads and may make no namespaces, so it execs this.
The shim makes the namespaces, starts the lab's pid 1, and then only waits: for
the notebook's end (a pidfd), for pid 1's end, or for a word from the notebook.
Whichever comes first, the lab is gone a moment later, and nothing of it had a
name on the machine.
"""

from __future__ import annotations

import os
import select
import sys

from nslab.lab import agent, bounds, root
from nslab.lab.birth import Birth
from nslab.lab.failure import described
from nslab.lab.mapper import Mapper
from nslab.lab.wire import Wire
from nslab.linux import keyring, lo, process, uts
from nslab.linux import namespaces as ns
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SIGKILL = 9
FIRST = ns.CLONE_NEWUSER | ns.CLONE_NEWNS
LAB = ns.flags(tuple(ns.FLAGS))


def main(kernel: int, word: int, data: int, control: int) -> None:
    """Make a lab and wait for its end.

    The arguments are descriptors: a pidfd of the notebook's process, a socket
    whose first byte or end asks for the lab's end, and the wires of the first
    agent. A refusal is sent on *data*, with the step that it ended.
    """
    for descriptor in (kernel, word, data, control):
        os.set_inheritable(descriptor, False)
    try:
        init = _make(kernel, word, data, control)
    except KernelRefused as error:
        Wire(data).send((0, "failed", described(error)))
        return
    os.close(data)
    os.close(control)
    _wait(kernel, word, init)


def _make(kernel: int, word: int, data: int, control: int) -> int:
    """Return the process id of the lab's pid 1."""
    area = process.title_area()
    process.set_title("nslab shim", area)
    keyring.leave_session()
    mapper = Mapper((kernel, word, data, control))
    _step("user namespace", ns.unshare, FIRST)
    mode = _step("id map", mapper.map_first)
    _step("root file system", root.compose)
    _step("namespaces", ns.unshare, LAB)
    _step("second id map", mapper.map_second)
    reader, writer = os.pipe()
    init = os.fork()
    if init == 0:
        os.close(writer)
        os.close(kernel)
        os.close(word)
        _run_init(reader, Wire(data), control, area, mode)
    os.close(reader)
    os.write(writer, b".")
    os.close(writer)
    return init


def _step(step: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call *function*; mark a refusal with the step of the start that it ended."""
    try:
        return function(*arguments)
    except OSError as error:
        refused = (
            error if isinstance(error, KernelRefused) else KernelRefused(error.errno or 0, step, str(error))
        )
        refused.step = step
        raise refused from None


def _run_init(go: int, wire: Wire, control: int, area: tuple[int, int], mode: str) -> None:
    """Be pid 1 of the lab: enter the root, start the first agent, reap what dies."""
    try:
        process.die_with_parent(SIGKILL)
        if not os.read(go, 1):
            os._exit(1)
        os.close(go)
        process.set_title("nslab init", area)
        own_sys = _step("own root file system", root.enter)
        _step("host name", uts.sethostname, "host")
        _step("domain name", uts.setdomainname, "(none)")
        _step("loopback interface", lo.up)
        _step("limits", bounds.bound)
        if os.fork() == 0:
            agent.start(wire, control, Birth("host", area), {"mode": mode, "sysfs": own_sys})
        wire.close()
        os.close(control)
        _reap()
    except Exception as error:
        wire.send((0, "failed", described(error)))
    finally:
        os._exit(1)


def _reap() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(0)


def _wait(kernel: int, word: int, init: int) -> None:
    """Return when the lab is gone; end it when the notebook's process ends or says so."""
    watched = os.pidfd_open(init)
    poll = select.poll()
    for descriptor in (kernel, word, watched):
        poll.register(descriptor, select.POLLIN)
    poll.poll()
    try:
        os.kill(init, SIGKILL)
        os.waitpid(init, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
    sys.exit(0)
