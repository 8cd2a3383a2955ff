"""Why a mount is where it is, or is not where one might have thought."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nslab.state.propagation.paths import is_root, resolve
from nslab.state.propagation.refused import Refused
from nslab.state.propagation.rules import RULES
from nslab.state.propagation.table import within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nslab.state.propagation.events import Event
    from nslab.state.propagation.rules import Rule
    from nslab.state.propagation.step import Outcome
    from nslab.state.propagation.table import Place, State

_CAME = ("attached", "copied", "moved", "cloned")


class Sight(NamedTuple):
    """A mount that an operation brought to a path of a space; ``hidden`` if something covers it there."""

    space: str
    path: str
    mount: int
    rule: Rule
    hidden: bool


class Verdict(NamedTuple):
    """One line of a guess: was it guessed, is it true, and the rule that decided."""

    space: str
    path: str
    guessed: bool
    true: bool
    rule: Rule

    @property
    def right(self) -> bool:
        """Whether guess and truth agree."""
        return self.guessed == self.true


def appeared(outcome: Outcome, verbs: Iterable[str] = _CAME) -> tuple[Sight, ...]:
    r"""Return which mounts came to which paths of which spaces, space by space in path order.

    Introduced in chapter 4.

    >>> from nslab.state.propagation import Mount, do, parse_state
    >>> text = "space host\n/ root\n/mnt data shared:A\nfiles data /a\nspace web\n/ root\n/mnt data master:A"
    >>> outcome = do(parse_state(text), Mount("host", "tmpfs", "/mnt/a"))
    >>> [(one.space, one.path, one.rule.id) for one in appeared(outcome)]
    [('host', '/mnt/a', 'attach.shared'), ('web', '/mnt/a', 'copy.slave')]
    """
    came = {event.mount: event for event in outcome.events if event.verb in verbs}
    state = outcome.state
    found: list[Sight] = []
    for name, space in state.spaces.items():
        for mount in state.seen_by(name):
            if mount in came:
                path = state.path(mount, space.root)
                hidden = _leads(state, name, path) != mount
                found.append(Sight(name, path, mount, RULES[came[mount].rule], hidden))
    return tuple(sorted(found, key=lambda one: ([*state.spaces].index(one.space), one.path)))


def why(outcome: Outcome, space: str, path: str) -> Rule:
    """Return the rule that decided about *path* in *space*: why a mount came, went, stayed, or did not."""
    state, before = outcome.state, outcome.before
    rules: dict[int, str] = {}
    for event in sorted(outcome.events, key=lambda event: event.verb not in _TELLING):
        rules.setdefault(event.mount, event.rule)
    for table in (state, before):
        for mount in reversed(table.seen_by(space) if space in table.spaces else []):
            if mount in rules and table.path(mount, table.spaces[space].root) == path:
                return RULES[rules[mount]]
    started = next((event for event in outcome.events if event.rule in _STARTS), None)
    if started is None or space not in before.spaces:
        return RULES["hears.unmoved"]
    return RULES[_not_told(before, outcome, started, space, path)]


def judge(outcome: Outcome, guess: Iterable[tuple[str, str]]) -> tuple[Verdict, ...]:
    """Judge a *guess*, pairs of space and path that will see a new mount: first what is true."""
    true = {(one.space, one.path): one.rule for one in appeared(outcome)}
    guessed = dict.fromkeys(guess)
    lines = dict.fromkeys([*true, *guessed])
    return tuple(
        Verdict(*line, line in guessed, line in true, true[line] if line in true else why(outcome, *line))
        for line in lines
    )


_TELLING = (*_CAME, "detached", "stayed", "fell")
"""What says more about a mount than that its type changed or its lock went."""

_STARTS = ("attach.alone", "attach.shared", "detach.target")


def _leads(state: State, space: str, path: str) -> int:
    """Return the mount that *path* leads to, 0 if it leads nowhere."""
    try:
        return resolve(state, state.spaces[space], path).mount
    except Refused:
        return 0


def _not_told(before: State, outcome: Outcome, started: Event, space: str, path: str) -> str:
    """Return why the place behind *path* had no part in what *started*."""
    table = before if started.verb == "detached" else outcome.state
    source, point = table.mounts[started.by], table.mounts[started.mount].point
    if not source.group:
        return "attach.alone" if started.verb != "detached" else "hears.unmoved"
    try:
        place = resolve(before, before.spaces[space], path)
    except Refused:
        return "path.missing"
    place = _beneath(before, place) if started.verb == "detached" else place
    heard = before.mounts[place.mount]
    if heard.id in before.receivers(source.id):
        return "hears.elsewhere" if within(point, heard.root) else "hears.outside"
    if heard.group and heard.group in _masters(before, source.group):
        return "hears.not-slave"
    return "hears.others" if heard.group or heard.master else "hears.nothing"


def _beneath(table: State, place: Place) -> Place:
    found = table.mounts[place.mount]
    return type(place)(found.parent, found.point) if is_root(table, place) and found.parent else place


def _masters(table: State, group: int) -> set[int]:
    masters: set[int] = set()
    while (group := table.master_of(group)) and group not in masters:
        masters.add(group)
    return masters
