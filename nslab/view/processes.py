"""The process tree of a lab as text and picture, with each process's PID at every level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.lives import Lives
from nslab.view import brood
from nslab.view.figure import Figure
from nslab.view.nest import draw_nest
from nslab.view.words import legible, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure as Drawing

    from nslab.state.processes import PidNamespace, Process, Processes

UNSEEN = "–"
"""Stands where a process has no PID: it can't be seen from there."""

MOST_COLUMNS = 6


class ProcessesFigure(Figure):
    """The processes of a lab as text and picture. ``processes`` holds all of them as data, unfolded.

    ``lives`` says what changed since another moment, see :meth:`since`. Introduced in chapter 7.
    """

    def __init__(self, processes: Processes, lives: Lives | None = None, *, raw: bool = False) -> None:
        self.processes = processes
        self.lives = lives or Lives()
        self._raw = raw
        self._shown = brood.fold(processes, {*self.lives.new, *self.lives.adopted})

    def since(self, before: ProcessesFigure) -> ProcessesFigure:
        """Return the same processes with what is new, adopted by another parent, or gone since *before*."""
        lives = Lives.between(before.processes, self.processes)
        return ProcessesFigure(self.processes, lives, raw=self._raw)

    def find(self, name: str) -> Process:
        """Return the one process with this name; that of a space means its agent.

        Raises LookupError when there is none, or more than one.
        """
        found = [process for process in self.processes.every if name in (process.space, process.name)]
        if len(found) == 1:
            return found[0]
        names = ", ".join(dict.fromkeys(process.space or process.name for process in self.processes.every))
        count = len(found) or "no"
        raise LookupError(f"there are {count} processes called {name!r}; there are {names}")

    def pids(self, name: str) -> tuple[int, ...]:
        """Return the PIDs of the process that :meth:`find` finds, outermost level first."""
        return self.find(name).pids

    def text(self) -> str:
        """Return the tree with a column of PIDs for each PID namespace, and what changed."""
        rows = [self._head(), *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        aligned = [str.ljust, *[str.rjust] * (len(widths) - 2), str.ljust]
        lines = [
            "  ".join(align(cell, wide) for align, cell, wide in zip(aligned, row, widths, strict=True))
            for row in rows
        ]
        return "\n".join(line.rstrip() for line in [*lines, *self._remarks()])

    def description(self) -> str:
        """Return how many processes are in how many PID namespaces, and what changed."""
        told = [plural(len(self.lives.new), "new one"), f"{len(self.lives.adopted)} with another parent"]
        told += [f"{len(self.lives.gone)} gone"]
        changes = ", ".join(part for part in told if not part.startswith("0 "))
        counted = len(self.processes.every)
        said = f"{counted} process{'es' if counted != 1 else ''} in"
        titles = "; ".join(self._title(one) for one in self._shown.namespaces)
        spaces = plural(len(self._shown.namespaces), "PID namespace")
        return f"{said} {spaces} ({titles})" + (f"; {changes}" if changes else "")

    def draw(self) -> Drawing:
        """Return the picture: nested boxes, a PID on each border through which a process is seen."""
        titles = {one.number: self._title(one) for one in self._shown.namespaces}
        return draw_nest(self._shown, titles, self._notes(), self.lives, list(self._remarks()))

    def _title(self, namespace: PidNamespace) -> str:
        return f"{namespace.title} {namespace.number}" if self._raw else namespace.title

    def _head(self) -> list[str]:
        spaces = self._shown.namespaces
        titles = [self._title(one) for one in spaces]
        return ["process", *(titles if len(spaces) <= MOST_COLUMNS else ["PIDs, from the host in"]), ""]

    def _rows(self) -> Iterator[list[str]]:
        notes = self._notes()
        for branch, process in brood.branches(self._shown):
            yield [branch + label(process), *self._columns(process), notes[process.pid]]

    def _columns(self, process: Process) -> list[str]:
        if len(self._shown.namespaces) > MOST_COLUMNS:
            return [" ".join(map(str, process.pids))]
        chain = brood.chain(self._shown, process)
        return [
            str(process.pids[one.level]) if one.number in chain else UNSEEN for one in self._shown.namespaces
        ]

    def _notes(self) -> dict[int, str]:
        return {process.pid: ", ".join(self._note(process)) for process in self._shown.every}

    def _note(self, process: Process) -> Iterator[str]:
        if process.space:
            yield "agent"
        if process.zombie:
            yield "zombie"
        if process.state == "T":
            yield "stopped"
        if process.pid in self.lives.new:
            yield "new"
        if process.pid in self.lives.adopted:
            was = self.lives.adopted[process.pid]
            yield f"was a child of {label(was)} {was.pids[-1]}" if was else "had no parent in sight"

    def _remarks(self) -> Iterator[str]:
        for process in self.lives.gone:
            numbers = " ".join(map(str, process.pids))
            yield f"gone: {label(process)}, PID{'s' if process.level else ''} {numbers}"
        for title, count in self._shown.hidden.items():
            yield f"… {count} more process{'es' if count > 1 else ''} of {title} folded away: see .processes"


def label(process: Process) -> str:
    """Return what a process is called: an agent by its space, the lab's pid 1 as init."""
    return process.space or legible(process.name.removeprefix("nslab "))
