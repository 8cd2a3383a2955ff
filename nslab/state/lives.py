"""What became of a lab's processes between two moments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nslab.state.processes import Process, Processes


@dataclass(frozen=True, slots=True)
class Lives:
    """Who is new, who has another parent than before, and who is gone.

    ``new`` and ``adopted`` go by outermost PID; ``adopted`` gives the parent that a process had before.
    A process is the same when all its PIDs are. Introduced in chapter 7.
    """

    new: frozenset[int] = frozenset()
    adopted: Mapping[int, Process | None] = field(default_factory=dict)
    gone: tuple[Process, ...] = ()

    @classmethod
    def between(cls, before: Processes, after: Processes) -> Lives:
        """Return what happened from *before* to *after*."""
        earlier = {process.pids: process for process in before.every}
        now = {process.pids for process in after.every}
        kept = [(process, earlier[process.pids]) for process in after.every if process.pids in earlier]
        return cls(
            frozenset(process.pid for process in after.every if process.pids not in earlier),
            {one.pid: before.get(then.parent) for one, then in kept if one.parent != then.parent},
            tuple(process for process in before.every if process.pids not in now),
        )
