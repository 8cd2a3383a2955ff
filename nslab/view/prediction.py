"""What the model says of a command: the state it would make, and the rule behind each consequence."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from nslab.state.propagation import RULES
from nslab.view.change import ChangeFigure
from nslab.view.words import group_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from nslab.state.change import Change
    from nslab.state.mountinfo import Mount
    from nslab.state.mounts import Mounts
    from nslab.state.propagation import Event, Outcome, State

WIDTH = 92
"""Letters in a line that tells a rule."""

_SIGNS = {"attached": "+", "copied": "+", "cloned": "+", "detached": "-", "stayed": "=", "skipped": "="}


class PredictionFigure(ChangeFigure):
    """A change that has not happened, as the model foresees it, with the rule for each part of it.

    *before* and *after* name the peer groups at the two moments. Introduced in chapter 4.
    """

    def __init__(
        self,
        change: Change,
        before: Mapping[int, str],
        after: Mapping[int, str],
        outcome: Outcome,
        *,
        locked: Collection[int] = frozenset(),
    ) -> None:
        self._outcome, self._letters = outcome, after
        self._asked = {mount.id for mounts in (change.before, change.after) for mount in asked(mounts)}
        super().__init__(change, before, after, locked=locked, prediction=True)
        if outcome.refusal:
            self._panels = self._panels[:1]

    def description(self) -> str:
        """Return the command, and that it would be refused or how much it would cause."""
        commands = "; ".join(self.change.commands)
        if self._outcome.refusal:
            return f"Prediction: {commands} is refused with {self._outcome.refusal.name}"
        return f"Prediction: what {commands} causes, {len(self._outcome.events)} events"

    def _caused(self) -> Iterator[str]:
        yield from self.change.commands
        refusal = self._outcome.refusal
        if refusal:
            yield from told(f"refused with {refusal.name}", f"{refusal.why}; {refusal.way_out}")
            yield f"      {refusal.rule.source}"
        elif not self._outcome.events:
            yield "  nothing changes"
        for event in self._outcome.events:
            if event.mount not in self._asked:
                continue
            yield from told(self._event_words(event), RULES[event.rule].says)

    def _event_words(self, event: Event) -> str:
        state = self._outcome.before if event.verb == "detached" else self._outcome.state
        words = group_words(event.group, event.master, self._letters) if event.group or event.master else ""
        named = f"{_SIGNS.get(event.verb, '~')} {place(state, event.mount)} {event.verb}"
        return f"{named}, {words}" if words and event.verb not in ("detached", "stayed") else named


def asked(mounts: Mounts) -> Iterator[Mount]:
    """Yield the mounts that are shown, not folded away."""
    for row in mounts.rows():
        yield from (mount for mount in row.mounts if mount)


def place(state: State, mount: int) -> str:
    """Return where a mount is, as ``space:path`` of the first space that sees it."""
    for name, space in state.spaces.items():
        if mount in state.mounts and state.mounts[mount].ns == space.ns and mount in state.seen_by(name):
            return f"{name}:{state.path(mount, space.root)}"
    return "a mount out of sight"


def told(what: str, rule: str) -> list[str]:
    """Return a consequence and its rule as lines, the rule below and set in."""
    return [f"  {what}", *(f"      {line}" for line in textwrap.wrap(rule, WIDTH))]
