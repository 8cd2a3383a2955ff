"""A change as a strip: before, the commands, what they caused, after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view.figure import Figure
from nslab.view.fold import fold
from nslab.view.forest import forest
from nslab.view.mounts import MountsFigure, panel_text
from nslab.view.sheet import PREDICTION, Panel, sheet
from nslab.view.table import table
from nslab.view.words import legible, plural, propagation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from matplotlib.figure import Figure as Drawing

    from nslab.state.change import Change, Event
    from nslab.state.mounts import Mounts

MOST_EVENTS = 40
"""Events that are told one by one."""


class ChangeFigure(Figure):
    """What a few commands did to the mounts, as text and picture.

    *before* and *after* are the names of the peer groups at the two moments,
    *locked* the identities of locked mounts; a *prediction* says that it is one.
    Introduced in chapter 4.
    """

    def __init__(
        self,
        change: Change,
        before: Mapping[int, str],
        after: Mapping[int, str],
        *,
        locked: Collection[int] = frozenset(),
        prediction: bool = False,
    ) -> None:
        self.change = change
        self.prediction = prediction
        self._names = before, after
        caused = tuple(self._caused())
        self._panels: tuple[Panel, ...] = (
            _panel(change.before, before, "before", frozenset(), locked, caused),
            _panel(change.after, after, "after", change.new(), locked, ()),
        )

    @property
    def after(self) -> MountsFigure:
        """The state after, alone, with what is new marked."""
        return MountsFigure(self.change.after, self._names[1], new=self.change.new())

    def text(self) -> str:
        """Return the state before, the commands and what they caused, and the state after."""
        parts = [PREDICTION] if self.prediction else []
        for panel in self._panels:
            parts += [panel.heading, *(f"  {line}" for line in panel_text(panel)), *panel.lines]
        return "\n".join(parts)

    def description(self) -> str:
        """Return the commands, and how many mounts they attached, detached or changed."""
        counted = [event.verb for event in self.change.events()]
        told = (
            ", ".join(f"{counted.count(verb)} {verb}" for verb in dict.fromkeys(counted)) or "nothing changed"
        )
        said = "Prediction: before" if self.prediction else "Before"
        return f"{said} and after {'; '.join(self.change.commands) or 'no command'}: {told}"

    def draw(self) -> Drawing:
        """Return the two states with the commands and their consequences between them."""
        return sheet(self._panels, prediction=self.prediction)

    def _caused(self) -> Iterator[str]:
        events, passing = self.change.events(), self.change.passing()
        yield from self.change.commands
        one_by_one = [event for event in events if event.verb not in _WHOLE]
        for event in one_by_one[:MOST_EVENTS]:
            yield f"  {self._event(event)}"
        if rest := one_by_one[MOST_EVENTS:]:
            yield f"  … and {plural(len(rest), 'more event')}"
        whole = [(event.verb, event.spaces) for event in events if event.verb in _WHOLE]
        for verb, spaces in dict.fromkeys(whole):
            yield f"  {_WHOLE[verb].format(spaces, plural(whole.count((verb, spaces)), 'mount'))}"
        for space, count in passing.items():
            yield f"  ± {plural(count, 'mount')} came and went in {space}"
        if not events and not passing:
            yield "  nothing changed"

    def _event(self, event: Event) -> str:
        where = legible(f"{event.spaces}:{event.mount.point}")
        before, after = self._names
        if event.verb == "detached":
            return f"- {where} detached"
        if event.verb == "changed type" and event.before:
            return f"~ {where} {propagation(event.before, before)} → {propagation(event.mount, after)}"
        if event.verb == "moved" and event.before:
            return (
                f"~ {legible(f'{event.spaces}:{event.before.point}')} moved to {legible(event.mount.point)}"
            )
        under = f"tucked under {legible(event.before.source)}" if event.before else "attached"
        return f"+ {where} {under}, {propagation(event.mount, after)}"


_WHOLE = {
    "copied": "+ {}: a new mount namespace with copies of {}",
    "ended": "- {}: its mount namespace is gone, and {} with it",
}
"""Events of a namespace as a whole, told at once."""


def _panel(
    mounts: Mounts,
    names: Mapping[int, str],
    heading: str,
    new: Collection[int],
    locked: Collection[int],
    lines: tuple[str, ...],
) -> Panel:
    shown = fold(mounts, new, locked)
    return Panel(table(shown, names), forest(shown, names), heading, lines)
