"""The processes of a lab at one moment: a PID at each level, a parent, a PID namespace."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nslab.state.letters import letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ZOMBIE = "Z"


@dataclass(frozen=True, slots=True)
class Process:
    """One process, as the lab's outermost PID namespace sees it.

    ``pids`` are its PIDs, that of the outermost level first; ``parent`` is the outermost PID of its
    parent, 0 when that is out of sight; ``namespace`` the inode number of the PID namespace it is in,
    ``space`` the name of the space whose agent it is, if it is one. ``blocked``, ``ignored`` and ``caught``
    are masks: bit n-1 stands for signal n. Source: proc_pid_status(5). Introduced in chapter 7.
    """

    name: str
    pids: tuple[int, ...]
    parent: int
    namespace: int
    state: str = "S"
    space: str = ""
    blocked: int = 0
    ignored: int = 0
    caught: int = 0

    @property
    def pid(self) -> int:
        """Its PID in the outermost namespace, which names it here."""
        return self.pids[0]

    @property
    def zombie(self) -> bool:
        """Whether it has ended and its parent has not yet asked how."""
        return self.state == ZOMBIE

    @property
    def reaper(self) -> bool:
        """Whether it is pid 1 of its namespace, to which orphans go."""
        return self.pids[-1] == 1

    @property
    def level(self) -> int:
        """How deep its namespace lies, 0 for the outermost."""
        return len(self.pids) - 1


@dataclass(frozen=True, slots=True)
class PidNamespace:
    """A PID namespace with a process in it; ``title`` names the spaces in it, or is a letter.

    ``parent`` is the inode number of the namespace it lies in, 0 for the outermost. ``init`` is the outermost
    PID of its pid 1, 0 when that is gone. Source: pid_namespaces(7). Introduced in chapter 7.
    """

    number: int
    parent: int
    level: int
    init: int
    title: str


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of a lab, in the order of their outermost PIDs, and their PID namespaces, outer first.

    Introduced in chapter 7.
    """

    every: tuple[Process, ...]
    namespaces: tuple[PidNamespace, ...]
    _by_pid: Mapping[int, Process] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(
        cls, lines: bytes, parents: Mapping[int, int], spaces: Mapping[int, str] | None = None
    ) -> Processes:
        r"""Return the processes in *lines*, as :func:`nslab.linux.procfs.processes` gives them.

        *parents* says which namespace lies in which; *spaces* names agents by outermost PID.

        >>> read = Processes.read(b"S\t0\t1\t0\t0\t0\t70\tinit", {70: 0})
        >>> read.every[0].pids, read.namespaces[0].title
        ((1,), 'A')
        """
        named = spaces or {}
        found = (_process(line, named) for line in lines.decode(errors="surrogateescape").split("\n") if line)
        every = tuple(sorted(found, key=lambda process: process.pid))
        return cls(every, _namespaces(every, parents), {process.pid: process for process in every})

    def get(self, pid: int) -> Process | None:
        """Return the process with this PID in the outermost namespace, None when there is none."""
        return self._by_pid.get(pid)

    def seen(self, namespace: int, pid: int) -> Process | None:
        """Return the process that has *pid* in the PID namespace with inode number *namespace*."""
        found = self.namespace(namespace)
        if found is None:
            return None
        inside = {found.number, *(one.number for one in self.below(found))}
        return next(
            (
                process
                for process in self.every
                if process.namespace in inside and process.pids[found.level] == pid
            ),
            None,
        )

    def namespace(self, number: int) -> PidNamespace | None:
        """Return the PID namespace with this inode number, None when no process is in it."""
        return next((one for one in self.namespaces if one.number == number), None)

    def below(self, namespace: PidNamespace) -> Iterator[PidNamespace]:
        """Yield the namespaces that lie in *namespace*, however deep."""
        for one in self.namespaces:
            if one.parent == namespace.number:
                yield one
                yield from self.below(one)

    def children(self) -> dict[int, list[Process]]:
        """Return the children of each process by its outermost PID; those without a parent in sight by 0."""
        found: dict[int, list[Process]] = {}
        for process in self.every:
            found.setdefault(process.parent if process.parent in self._by_pid else 0, []).append(process)
        return found

    def within(self, space: str) -> Processes:
        """Return what is in the PID namespace of *space* and in those inside it, with all their PIDs.

        Raises LookupError that lists the spaces when there is no such space.
        """
        agent = next((process for process in self.every if process.space == space), None)
        if agent is None:
            known = ", ".join(process.space for process in self.every if process.space)
            raise LookupError(f"there is no space {space!r}; there is {known}")
        top = self.namespace(agent.namespace)
        inside = {agent.namespace, *(one.number for one in self.below(top))} if top else {agent.namespace}
        kept = tuple(process for process in self.every if process.namespace in inside)
        return replace(self, every=kept, _by_pid={process.pid: process for process in kept})


def _process(line: str, spaces: Mapping[int, str]) -> Process:
    state, parent, pids, blocked, ignored, caught, namespace, name = line.split("\t", 7)
    numbers = tuple(map(int, pids.split(" ")))
    masks = int(blocked, 16), int(ignored, 16), int(caught, 16)
    return Process(name, numbers, int(parent), int(namespace), state, spaces.get(numbers[0], ""), *masks)


def _namespaces(every: tuple[Process, ...], parents: Mapping[int, int]) -> tuple[PidNamespace, ...]:
    """Return the namespaces that processes are in, outer ones first, in order of first sight."""
    first: dict[int, Process] = {}
    spaces: dict[int, list[str]] = {}
    inits: dict[int, int] = {}
    for process in every:
        first.setdefault(process.namespace, process)
        if process.space:
            spaces.setdefault(process.namespace, []).append(process.space)
        if process.reaper:
            inits.setdefault(process.namespace, process.pid)
    unnamed = (number for number in first if number not in spaces)
    letters = {number: letter(place) for place, number in enumerate(unnamed)}
    made = [
        PidNamespace(
            number,
            parents.get(number, 0),
            process.level,
            inits.get(number, 0),
            ", ".join(spaces.get(number, ())) or letters[number],
        )
        for number, process in first.items()
    ]
    known = {one.number for one in made}
    tops = [one for one in made if one.parent not in known]
    return tuple(found for top in tops for found in _nested(top, made))


def _nested(top: PidNamespace, made: list[PidNamespace]) -> Iterator[PidNamespace]:
    yield top
    for one in made:
        if one.parent == top.number:
            yield from _nested(one, made)
