"""Predictions: the model's, the learner's own, and the kernel's answer to both."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nslab.front import foresight
from nslab.state.change import Change
from nslab.state.letters import Letters
from nslab.state.propagation import Chdir, Chroot, Unshare
from nslab.state.propagation.commands import parse
from nslab.state.propagation.explain import judge
from nslab.view.mounts import MountsFigure
from nslab.view.prediction import PredictionFigure, told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from nslab.front.lab import Lab
    from nslab.state.mounts import Mounts
    from nslab.state.propagation import Outcome

_WORDS = {(True, True): "right  ", (True, False): "wrong  ", (False, True): "missed "}


class Prediction:
    """What a command would do to a lab, before anybody asked the kernel; shows itself.

    *line* is a command of a space, such as ``host: mount --bind /a /b``. *guess*
    says, as ``space:path``, where the learner thinks that a mount will appear.
    Made by :meth:`Lab.predict`; :meth:`check` asks the kernel. Introduced in chapter 4.
    """

    def __init__(self, lab: Lab, line: str, guess: Iterable[str] = (), under: str | None = None) -> None:
        self._lab = lab
        self.command = parse(line, "host")
        self.guess = tuple(guess)
        self._under = under
        self._now = foresight.moment(lab)
        self.outcome: Outcome = foresight.foresee(lab, self.command.operations, self._now)
        self.mounts = foresight.as_mounts(self.outcome, self._now)

    @property
    def figure(self) -> PredictionFigure:
        """The prediction as text and picture: the state before, what is caused and why, the state after."""
        change, before, after = self._change()
        return PredictionFigure(change, before, after, self.outcome, locked=self._now.locked)

    @property
    def after(self) -> MountsFigure:
        """The state after, alone, marked as a prediction."""
        change, _, names = self._change()
        return MountsFigure(change.after, names, new=change.new(), locked=self._now.locked, prediction=True)

    def _change(self) -> tuple[Change, dict[int, str], dict[int, str]]:
        """Return the change and the names of its groups, which the lab's own letters go on with."""
        letters = deepcopy(self._lab._letters)
        before, after = (mounts.below(self._under) for mounts in (self._now.mounts, self.mounts))
        named = letters.names(before)
        command = f"{self.command.space}# {self.command.line}"
        return Change(before, after, (command,)), named, letters.names(after)

    def check(self) -> Verdict:
        """Run the command in the lab, and compare what the kernel did with the model and the guess.

        The command is run as it stands, once for each call. Raises SpaceGone, and
        ValueError for a command that only changes the process it starts.
        """
        if any(isinstance(one, Unshare | Chroot | Chdir) for one in self.command.operations):
            raise ValueError(
                f"{self.command.line!r} changes only a process that ends at once; "
                f"use the operation of the space, such as {self.command.space}.unshare('mnt'), and look"
            )
        space = self._lab._space(self.command.space)
        space._show(self.command.line)
        space.run(self.command.line)
        real = self._lab._read(list(self._lab.spaces.values()))
        return Verdict(tuple(self._judged()), _shape(self.mounts), _shape(real))

    def _judged(self) -> Iterator[str]:
        """Yield a line for each place that was guessed or where a mount appeared, with the rule."""
        refusal = self.outcome.refusal
        if refusal:
            yield from told(f"refused  {refusal.name}", f"{refusal.why}; {refusal.way_out}")
        pairs = [(space, path) for space, _, path in (where.partition(":") for where in self.guess)]
        for line in judge(self.outcome, pairs):
            word = _WORDS[line.guessed, line.true] if self.guess else "appears"
            yield from told(f"{word}  {line.space}:{line.path}", line.rule.says)

    def __repr__(self) -> str:
        return repr(self.figure)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        return self.figure._repr_mimebundle_(include, exclude)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kernel's answer to a prediction: a line for each place, and the tables foreseen and seen."""

    lines: tuple[str, ...]
    foreseen: str
    seen: str

    @property
    def model_was_right(self) -> bool:
        """Whether the kernel did exactly what the model foresaw."""
        return self.foreseen == self.seen

    def __repr__(self) -> str:
        if self.model_was_right:
            return "\n".join([*self.lines, "The kernel did exactly what the model foresaw."])
        differ = [
            "The kernel did something else than the model foresaw.",
            "foreseen:",
            self.foreseen,
            "seen:",
        ]
        return "\n".join([*self.lines, *differ, self.seen])


def _shape(mounts: Mounts) -> str:
    """Return all tables as text in which equal states are equal: letters in order of first sight."""
    return MountsFigure(mounts, Letters().names(mounts)).text()
