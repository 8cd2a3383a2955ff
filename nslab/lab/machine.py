"""A machine: the shim that makes a lab, as the notebook's process holds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nslab.lab.link import Link
from nslab.lab.wire import pair
from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BOOT = "import sys; sys.path.append({!r}); from nslab.lab.shim import main; main({}, {}, {}, {})"
_HOME = str(Path(__file__).parents[2])
ABREAST = 8
"""Spaces that are born at the same time, where several are asked for; their PIDs stay in order."""

PATIENCE = 5.0
"""Seconds that a lab has to end before the shim is killed."""


class NoLab(RuntimeError):
    """This machine refuses what a lab needs; the message says which layer and what to do."""

    def __init__(self, step: str, refusal: KernelRefused) -> None:
        super().__init__(
            f"no lab could be made: {step} was refused: {refusal}; run `nslab doctor` for the remedy"
        )
        self.step = step
        self.refusal = refusal


class Machine:
    """One lab's processes: starts the shim, and is the only one that ends it.

    ``mode`` says how ids were mapped: ``root``, ``range`` or ``one``;
    ``mountinfo`` is the fresh lab's table of mounts.
    Raises NoLab when the kernel refuses a step, SpaceGone when the shim died.
    """

    def __init__(self) -> None:
        self._owner = os.getpid()
        self.host = Link("host")
        try:
            self._start()
        except BaseException:
            self.host.let_go_of_far_ends()
            self.host.close()
            raise
        try:
            said = _greet(self.host)
        except BaseException:
            self.close()
            raise
        self.mode: str = said["mode"]
        self.own_sys: bool = said["sysfs"]
        self.mountinfo: bytes = said["mountinfo"]

    def _start(self) -> None:
        self._word, word_far = pair()
        lent = [word_far]
        try:
            lent.append(os.pidfd_open(os.getpid()))
            self._shim = _spawn((lent[1], word_far, *self.host.far_ends))
        except BaseException:
            self._word.close()
            raise
        finally:
            for descriptor in lent:
                os.close(descriptor)

    @property
    def pid(self) -> int:
        """The shim's process id on the machine."""
        return self._shim.pid

    def alive(self) -> bool:
        """Return whether the lab's processes are there."""
        return self._shim.poll() is None

    def fork(
        self,
        parent: Link,
        names: Sequence[str],
        *,
        types: Sequence[str],
        propagation: str,
        proc: bool,
        joined: Sequence[tuple[Link, Sequence[str]]] = (),
        entered: Sequence[tuple[str, str]] = (),
        offsets: Mapping[str, int] | None = None,
        maps: Mapping[str, str] | None = None,
    ) -> list[Link]:
        """Make a space for each of *names* from *parent*, all alike; return their links.

        Each unshares *types* and joins others' namespaces. *entered* are paths where namespaces
        are kept, with their types; *offsets* are seconds by clock for a new time namespace, *maps*
        its id maps and setgroups by file. Up to :data:`ABREAST` are under way at the same time.

        Raises KernelRefused when the kernel does; those made already have ended then.
        """
        wanted = {
            "types": list(types),
            "propagation": propagation,
            "proc": proc,
            "joined": [list(taken) for _, taken in joined],
            "entered": [list(kept) for kept in entered],
            "offsets": dict(offsets or {}),
            "maps": None if maps is None else dict(maps),
        }
        pidfds = [other.pidfd for other, _ in joined]
        abreast = 1 if {"pid", "time"} & set(types) else ABREAST  # these take a second fork, in any order
        links: list[Link] = []
        greeted = 0
        try:
            for name in names:
                links.append(Link(name))
                parent.request("fork", {**wanted, "name": name}, descriptors=(*links[-1].far_ends, *pidfds))
                links[-1].let_go_of_far_ends()
                if len(links) - greeted == abreast:
                    links[greeted].born()
                    greeted += 1
            for link in links[greeted:]:
                link.born()
        except BaseException:
            for link in links:
                link.let_go_of_far_ends()
                link.close()
            raise
        return links

    def close(self) -> None:
        """End the lab, and wait until its last process is gone."""
        if self._owner != os.getpid():
            return
        self._word.cancel(0)
        try:
            self._shim.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._shim.kill()
            self._shim.wait()
        self._word.close()
        self.host.close()


def _spawn(descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    boot = _BOOT.format(_HOME, *descriptors)
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", boot],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("NSLAB_DEBUG") else subprocess.DEVNULL,
        pass_fds=descriptors,
        start_new_session=True,
        cwd="/",
        env={},
    )


def _greet(host: Link) -> Any:
    try:
        return host.greet()
    except KernelRefused as refusal:
        raise NoLab(refusal.step, refusal) from None
