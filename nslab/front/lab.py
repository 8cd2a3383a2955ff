"""A lab: a disposable machine, and the spaces in it."""

from __future__ import annotations

import re
import weakref
from typing import TYPE_CHECKING, Any

from nslab.front import magics
from nslab.front.comparing import Layers
from nslab.front.drill import Drilling
from nslab.front.mapping import Comparing
from nslab.front.namespacing import Namespacing
from nslab.front.naming import Hostnames
from nslab.front.processes import Seeing
from nslab.front.reading import Reading
from nslab.front.space import Space
from nslab.front.standing import Roots
from nslab.front.watch import Watch
from nslab.front.wiring import Wiring
from nslab.lab.link import SpaceGone
from nslab.lab.machine import Machine, NoLab
from nslab.state.generations import Generations
from nslab.state.letters import Letters
from nslab.state.mountinfo import parse_mountinfo
from nslab.state.mounts import Mounts, machine_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from nslab.front.predict import Prediction
    from nslab.lab.link import Link
    from nslab.view.mounts import MountsFigure

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
LONGEST_NAME = 15
"""Bytes in a space's name: its agent bears it, and a process's name has no more (TASK_COMM_LEN)."""


class Lab(Comparing, Drilling, Hostnames, Layers, Namespacing, Roots, Seeing, Wiring):
    """A fresh machine made of namespaces, in milliseconds, thrown away in one call.

    ``host`` is its first space. Nothing done in a lab can change the machine it
    runs on, and nothing of it outlives the Python process that made it. With
    ``quiet`` the operations do not print the commands that they equal.

    Raises NoLab, which names the refused step, when the machine can't make one.
    Source: user_namespaces(7), namespaces(7). Introduced in chapter 0.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._watches: list[Watch] = []
        self._begin()
        magics.enable(self)

    def _begin(self) -> None:
        self._machine = Machine()
        self._finalizer = weakref.finalize(self, self._machine.close)
        self._finalizer.atexit = False
        self._generations = Generations()
        self._letters = Letters()
        self._spaces = {"host": Space(self, self._machine.host)}
        self._made = 0
        self._machine_files = machine_files(parse_mountinfo(self._machine.mountinfo))

    @property
    def host(self) -> Space:
        """The first space, from which every other is made."""
        return self._space("host")

    @property
    def spaces(self) -> Mapping[str, Space]:
        """The spaces that live, by name, oldest first; empty when the lab is closed."""
        return {name: space for name, space in self._spaces.items() if space.alive}

    @property
    def closed(self) -> bool:
        """Whether the lab has ended, by :meth:`close` or otherwise."""
        return not (self._finalizer.alive and self._machine.alive())

    @property
    def mode(self) -> str:
        """How ids are mapped: ``root`` and ``range`` have 65,536 of them, ``one`` has one."""
        return self._machine.mode

    def close(self) -> None:
        """End every process of the lab and wait until they are gone. May be called again."""
        for space in self._spaces.values():
            space._let_go()
        self._finalizer()

    def reset(self) -> Lab:
        """Throw the lab away and make a fresh one in its place; return it.

        Spaces of the old lab have ended. Raises NoLab as the constructor does.
        """
        self.close()
        self._begin()
        return self

    def mounts(self, under: str | None = None, *, raw: bool = False) -> MountsFigure:
        """Return the mounts of every space, read from the kernel now, as text and picture.

        *under* is a path: other mounts are folded away. *raw* shows the kernel's
        own numbers. Raises SpaceGone when the lab is closed.
        Source: proc_pid_mountinfo(5). Introduced in chapter 4.
        """
        return self._figure(list(self.spaces.values()), under, raw=raw)

    def watch(self, under: str | None = None) -> Watch:
        """Return a context manager that shows what its body changed: before, after, and the cause.

        *under* is a path: other mounts are folded away. Introduced in chapter 4.
        """
        return Watch(self, under)

    def predict(self, line: str, guess: Iterable[str] = (), under: str | None = None) -> Prediction:
        """Return what a command would do, by the model: nothing is run.

        *line* is a plain command of a space, ``web: mount --bind /a /b``; without a
        name it is the host's. *guess* says as ``space:path`` where the learner
        thinks that a mount will appear; ``.check()`` runs the command and judges
        both. Raises NotUnderstood, which quotes the part that the model does not know.
        Introduced in chapter 4.
        """
        from nslab.front.predict import Prediction

        return Prediction(self, line, guess, under)

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self.closed:
            return "a lab that is closed; lab.reset() makes a fresh one"
        rows = [f"{space!r}" for space in self.spaces.values()]
        return "\n".join([f"a lab with {len(rows)} space{'s' if len(rows) > 1 else ''}", *rows])

    def _space(self, name: str) -> Space:
        found = self._spaces.get(name)
        if found is None or self.closed:
            known = ", ".join(self.spaces) or "none: the lab is closed, lab.reset() makes a fresh one"
            raise SpaceGone(f"there is no space {name!r}; there is {known}")
        return found

    def _read(self, spaces: Sequence[Space]) -> Mounts:
        """Return the mount tables of *spaces* as the kernel has them now."""
        self._check()
        return self._mounts([Reading(space, *space._link.request("mounts")) for space in spaces])

    def _mounts(self, readings: Sequence[Reading]) -> Mounts:
        tables = {reading.space.name: reading.table for reading in readings}
        namespaces = {reading.space.name: reading.namespace for reading in readings}
        unique: dict[int, int] = {}
        for reading in readings:
            unique |= reading.unique
        return Mounts.read(
            tables, namespaces, unique or self._generations.identities(tables), self._machine_files
        )

    def _figure(self, spaces: Sequence[Space], under: str | None, *, raw: bool) -> MountsFigure:
        from nslab.view.mounts import MountsFigure

        whole = self._read(list(self.spaces.values()))
        mounts = whole.of([space.name for space in spaces]).below(under)
        return MountsFigure(mounts, self._letters.names(mounts, whole), raw=raw)

    def _check(self) -> None:
        if self.closed:
            raise SpaceGone("this lab is closed; lab.reset() makes a fresh one")

    def _fork(self, parent: Space, names: Sequence[str | None], **wanted: Any) -> list[Space]:
        """Make spaces from *parent*, all of them or none, and take them in; raises ValueError for a name."""
        self._check()
        chosen = [self._name(name) for name in names]
        if len(set(chosen)) < len(chosen):
            raise ValueError("two of these spaces would have one name; give each a name of its own")
        links: list[Link] = self._machine.fork(parent._link, chosen, **wanted)
        for link in links:
            if ended := self._spaces.pop(link.name, None):
                ended._let_go()
            self._spaces[link.name] = Space(self, link)
        return [self._spaces[name] for name in chosen]

    def _name(self, name: str | None) -> str:
        if name is None:
            self._made += 1
            return self._name(f"space{self._made}")
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise ValueError(
                f"a space cannot be called {name!r}: "
                f"take a letter, then up to {LONGEST_NAME - 1} letters, digits, - or _"
            )
        if name in self._spaces and self._spaces[name].alive:
            raise ValueError(f"there is a space {name!r} already; take another name, or end it with .kill()")
        return name

    def _show(self, space: str, command: str) -> None:
        """Print the command that an operation equals, and note it for a watch."""
        self._note(space, command)
        if not self.quiet:
            print(f"{space}# {command}")

    def _note(self, space: str, command: str) -> None:
        for watch in self._watches:
            watch.commands.extend(f"{space}# {line}" for line in command.split("\n"))


__all__ = ["Lab", "NoLab"]
