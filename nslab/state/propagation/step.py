"""The door of the model: what the kernel would do with an operation, and why."""

from __future__ import annotations

import errno as errors
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nslab.state.propagation import changing, files, mounting, operations, spaces, unmounting
from nslab.state.propagation.draft import Draft
from nslab.state.propagation.operations import Operation
from nslab.state.propagation.refused import Refused
from nslab.state.propagation.rules import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nslab.state.propagation.events import Event
    from nslab.state.propagation.table import State

_DOES: dict[type, Callable[[Draft, Any], None]] = {
    operations.Mount: mounting.mount,
    operations.Bind: mounting.bind,
    operations.Move: mounting.move,
    operations.Umount: unmounting.umount,
    operations.Make: changing.make,
    operations.Remount: changing.remount,
    operations.Unshare: spaces.unshare,
    operations.Leave: spaces.leave,
    operations.PivotRoot: spaces.pivot_root,
    operations.Chroot: spaces.chroot,
    operations.Chdir: spaces.chdir,
    operations.MakePath: files.make_path,
    operations.RemovePath: files.remove_path,
    operations.Hold: files.hold,
    operations.Release: files.release,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """That the kernel refuses an operation, by which errno, and for which one reason.

    ``details`` are the paths and names that the rule's sentences speak of.
    """

    operation: Operation
    rule: Rule
    details: Mapping[str, str]

    @property
    def name(self) -> str:
        """The errno by name, such as ``EINVAL``."""
        return self.rule.errno

    @property
    def errno(self) -> int:
        """The errno as a number."""
        return int(getattr(errors, self.rule.errno))

    @property
    def why(self) -> str:
        """One sentence that says what is in the way."""
        return self.rule.says.format_map(self.details)

    @property
    def way_out(self) -> str:
        """What to do instead."""
        return self.rule.way_out.format_map(self.details)

    def __str__(self) -> str:
        return f"{self.name}: {self.why}; {self.way_out} ({self.rule.source})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the model says of one or more operations: the state before and after, and what was caused.

    ``refusal`` is the first refusal, None when all was done; what came before it has been done.
    """

    before: State
    state: State
    events: tuple[Event, ...]
    refusal: Refusal | None = None


def do(state: State, asked: Operation | Iterable[Operation]) -> Outcome:
    r"""Return what the kernel would do with one operation, or with several one after the other.

    The first refusal ends it. *state* stays as it was. Raises NotUnderstood for what the model can't
    answer, such as a space that is not there or a path it does not know. Introduced in chapter 4.

    >>> from nslab.state.propagation import Bind, do, parse_state
    >>> state = parse_state("space host\n/ root\n/mnt data shared:A\n")
    >>> do(state, Bind("host", "/mnt", "/nowhere")).refusal.why
    '/nowhere does not exist'
    """
    if not isinstance(asked, Operation):
        return _in_turn(state, asked)
    if isinstance(asked, operations.UmountAll):
        return _umount_all(state, asked)
    draft = Draft(state)
    try:
        _DOES[type(asked)](draft, asked)
    except Refused as refused:
        return _refusal(state, asked, refused)
    return Outcome(state, draft.done(), tuple(draft.events))


def _refusal(state: State, asked: Any, refused: Refused) -> Outcome:
    return Outcome(state, state, (), Refusal(asked, RULES[refused.rule], refused.details))


def _in_turn(state: State, asked: Iterable[Operation]) -> Outcome:
    outcome = Outcome(state, state, ())
    for operation in asked:
        step = do(outcome.state, operation)
        outcome = Outcome(state, step.state, outcome.events + step.events, step.refusal)
        if step.refusal:
            break
    return outcome


def _umount_all(state: State, asked: operations.UmountAll) -> Outcome:
    """Unmount what ``umount -R`` would, which passes over what an earlier step took with it."""
    try:
        paths = unmounting.steps(state, asked)
    except Refused as refused:
        return _refusal(state, asked, refused)
    outcome = Outcome(state, state, ())
    for mount, path in paths:
        if mount not in outcome.state.mounts:
            continue
        step = do(outcome.state, operations.Umount(asked.space, path, asked.lazy, asked.force))
        outcome = replace(step, before=state, events=outcome.events + step.events)
        if outcome.refusal:
            break
    return outcome
