"""Which ways of meeting lead across which namespace: a matrix of what was tried."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Meetings:
    """For each mechanism and each thing that the other process has of its own: 0, or why it was not reached.

    ``mechanisms`` name the rows, ``own`` the columns, ``outcomes`` are errno numbers
    by row, -1 for what was sent and did not arrive. Source: ipc_namespaces(7).
    Introduced in chapter 6.
    """

    mechanisms: tuple[str, ...]
    own: tuple[str, ...]
    outcomes: tuple[tuple[int, ...], ...]

    @classmethod
    def read(
        cls, mechanisms: Iterable[str], own: Iterable[str], outcomes: Iterable[Sequence[int]]
    ) -> Meetings:
        """Return the matrix; raises ValueError when *outcomes* have another shape than the names."""
        made = cls(tuple(mechanisms), tuple(own), tuple(map(tuple, outcomes)))
        if [len(made.own)] * len(made.mechanisms) != [len(row) for row in made.outcomes]:
            raise ValueError(
                "a matrix of meetings needs a row for each mechanism and a column for each namespace"
            )
        return made

    def word(self, mechanism: str, own: str) -> str:
        """Return ``yes``, ``lost``, or the errno's name, for one mechanism across one namespace.

        Raises LookupError that lists the names.

        >>> Meetings(("pipe", "signal"), ("pid",), ((0,), (3,))).word("signal", "pid")
        'ESRCH'
        """
        if mechanism not in self.mechanisms or own not in self.own:
            raise LookupError(
                f"there is no {mechanism!r} across {own!r}; the mechanisms are {', '.join(self.mechanisms)},"
                f" the namespaces {', '.join(self.own)}"
            )
        number = self.outcomes[self.mechanisms.index(mechanism)][self.own.index(own)]
        return {0: "yes", -1: "lost"}.get(number) or errno.errorcode.get(number, str(number))

    def cut_by(self, mechanism: str) -> tuple[str, ...]:
        """Return what cuts *mechanism* off. Raises LookupError."""
        return tuple(own for own in self.own if self.word(mechanism, own) != "yes")
