"""A change as a strip: before, the commands, what they caused, after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view.figure import Figure
from nslab.view.forest import forest
from nslab.view.mounts import forest_text, table_text
from nslab.view.sheet import sheet
from nslab.view.table import table
from nslab.view.words import plural, propagation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure as Drawing

    from nslab.state.change import Change, Event


class ChangeFigure(Figure):
    """What a few commands did to the mounts, as text and picture.

    *before* and *after* are the names of the peer groups at the two moments.
    Introduced in chapter 4.
    """

    def __init__(self, change: Change, before: Mapping[int, str], after: Mapping[int, str]) -> None:
        self.change = change
        self._names = before, after
        new = change.new()
        self._before = table(change.before, before), forest(change.before, before), "before"
        self._after = table(change.after, after, new), forest(change.after, after, new), "after"

    def text(self) -> str:
        """Return the state before, the commands and what they caused, and the state after."""
        parts = []
        for shown, nodes, heading in (self._before, self._after):
            parts.append("\n".join([heading, *(f"  {line}" for line in (*table_text(shown), *forest_text(nodes)))]))
        return "\n".join([parts[0], *self._caused(), parts[1]])

    def description(self) -> str:
        """Return the commands, and how many mounts they attached, detached or changed."""
        counted = [event.verb for event in self.change.events()]
        told = ", ".join(f"{counted.count(verb)} {verb}" for verb in dict.fromkeys(counted)) or "nothing changed"
        return f"Before and after {'; '.join(self.change.commands)}: {told}"

    def draw(self) -> Drawing:
        """Return the two states with the commands and their consequences between them."""
        return sheet([self._before, self._after], ["\n".join(self._caused())])

    def _caused(self) -> list[str]:
        events, passing = self.change.events(), self.change.passing()
        lines = [f"  {self._event(event)}" for event in events]
        lines += [f"  ± {plural(count, 'mount')} came and went in {space}" for space, count in passing.items()]
        return [*self.change.commands, *(lines or ["  nothing changed"])]

    def _event(self, event: Event) -> str:
        where = f"{event.spaces}:{event.mount.point}"
        before, after = self._names
        if event.verb == "attached":
            return f"+ {where} attached, {propagation(event.mount, after)}"
        if event.verb == "detached":
            return f"- {where} detached"
        if event.verb == "changed type" and event.before:
            return f"~ {where} {propagation(event.before, before)} → {propagation(event.mount, after)}"
        if event.verb == "moved" and event.before:
            return f"~ {event.spaces}:{event.before.point} moved to {event.mount.point}"
        return f"~ {where} {event.verb} another mount"

