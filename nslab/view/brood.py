"""Which processes are shown, and in what order: each below its parent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from nslab.state.processes import PidNamespace, Process, Processes

MOST_PROCESSES = 40
MOST_LEVELS = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """The processes that are shown, the PID namespaces they are in or seen from, and what is hidden.

    ``children`` goes by the parent's outermost PID, 0 for none in sight; ``hidden`` counts by title.
    """

    every: tuple[Process, ...]
    namespaces: tuple[PidNamespace, ...]
    children: Mapping[int, tuple[Process, ...]]
    hidden: Mapping[str, int]


def fold(processes: Processes, wanted: Collection[int] = ()) -> Shown:
    """Return what to show: at most 40 processes on 6 levels, those *wanted* and pid 1s first.

    A process that is shown brings along those it descends from.
    """
    kept = _kept(processes, wanted)
    every = tuple(process for process in processes.every if process.pid in kept)
    around = _around(processes, every)
    children: dict[int, list[Process]] = {}
    for process in every:
        children.setdefault(process.parent if process.parent in kept else 0, []).append(process)
    titles = {one.number: one.title for one in processes.namespaces}
    hidden = Counter(
        titles.get(process.namespace, "?") for process in processes.every if process.pid not in kept
    )
    return Shown(every, around, {pid: tuple(found) for pid, found in children.items()}, hidden)


def branches(shown: Shown, parent: int = 0, before: str = "") -> Iterator[tuple[str, Process]]:
    """Yield each process behind the branch it hangs on, parents first."""
    children = shown.children.get(parent, ())
    for process in children:
        last = process is children[-1]
        yield (before + ("└─ " if last else "├─ ") if parent else ""), process
        yield from branches(shown, process.pid, before + ("   " if last else "│  ") if parent else "")


def chain(shown: Shown, process: Process) -> list[int]:
    """Return the namespaces from which *process* is seen, its own first, as inode numbers."""
    above = {one.number: one.parent for one in shown.namespaces}
    found, at = [], process.namespace
    while at in above:
        found.append(at)
        at = above[at]
    return found


def _kept(processes: Processes, wanted: Collection[int]) -> set[int]:
    top = min((process.level for process in processes.every), default=0)
    fitting = [process for process in processes.every if process.level < top + MOST_LEVELS]
    ordered = sorted(fitting, key=lambda process: (process.pid not in wanted, not _matters(process)))
    kept: set[int] = set()
    for process in ordered:
        line = _ancestors(processes, process)
        if len(kept | line) <= MOST_PROCESSES:
            kept |= line
    return kept


def _matters(process: Process) -> bool:
    return process.reaper or bool(process.space)


def _ancestors(processes: Processes, process: Process | None) -> set[int]:
    found: set[int] = set()
    while process and process.pid not in found:
        found.add(process.pid)
        process = processes.get(process.parent)
    return found


def _around(processes: Processes, every: tuple[Process, ...]) -> tuple[PidNamespace, ...]:
    """Return the namespaces of *every* and those they lie in, outer first."""
    above = {one.number: one.parent for one in processes.namespaces}
    seen: set[int] = set()
    for process in every:
        at = process.namespace
        while at in above and at not in seen:
            seen.add(at)
            at = above[at]
    return tuple(one for one in processes.namespaces if one.number in seen)
