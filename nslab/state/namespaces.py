"""The namespaces of a lab at one moment: who is in them, what keeps them alive, and who owns whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.state.letters import letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

KINDS = ("mnt", "pid", "net", "uts", "ipc", "user", "cgroup", "time")
"""The eight types by their name under /proc/PID/ns, in the course's order."""

FURNITURE = "nslab init"
"""The lab's own process 1, of no interest where a space shows the same."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace: its type, the kernel's number for it, and what keeps it alive.

    ``owner`` is the number of the user namespace that owns it, ``parent`` that of
    its parent, for pid and user; 0 for none in sight. ``spaces`` are in it;
    ``keepers`` say what else keeps it alive, each in words.
    Source: namespaces(7). Introduced in chapter 3.
    """

    kind: str
    number: int
    owner: int
    parent: int
    spaces: tuple[str, ...]
    keepers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Namespaces:
    """All namespaces that were found, with a letter for each: ``a`` for the first of a type that was seen.

    ``of`` gives for each space its namespaces' numbers by type, ``found`` every
    namespace by its number, in the order of letters. Introduced in chapter 3.
    """

    of: Mapping[str, Mapping[str, int]]
    found: Mapping[int, Namespace]
    letters: Mapping[int, str]

    @classmethod
    def read(
        cls,
        processes: Sequence[tuple[int, str, Mapping[str, int]]],
        holds: Iterable[tuple[str, int, str]],
        about: Mapping[int, tuple[str, int, int]],
        agents: Mapping[str, int],
    ) -> Namespaces:
        """Return the namespaces from what :func:`nslab.linux.nsfs.survey` gives and each space's PID."""
        by_pid = {pid: own for pid, _, own in processes}
        of = {space: by_pid[pid] for space, pid in agents.items() if pid in by_pid}
        seen: dict[int, list[str]] = {number: [] for number in _in_order(of, about)}
        for number, words in _keepers(processes, holds, of, about):
            seen.setdefault(number, [])
            if words and words not in seen[number]:
                seen[number].append(words)
        found = {
            number: Namespace(*_of_type(number, about, of), _spaces_in(number, of), tuple(words))
            for number, words in seen.items()
        }
        return cls(of, found, _letters(found.values()))

    def label(self, number: int) -> str:
        """Return type and letter of a namespace, ``uts B``.

        >>> Namespaces({}, {7: Namespace("uts", 7, 0, 0, (), ())}, {7: "a"}).label(7)
        'uts a'
        """
        return f"{self.found[number].kind} {self.letters[number]}"

    def shared(self, one: str, other: str) -> tuple[str, ...]:
        """Return the types of namespaces that two spaces share. Raises LookupError for a space not read."""
        mine, its = self._space(one), self._space(other)
        return tuple(kind for kind in KINDS if kind in mine and mine[kind] == its.get(kind))

    def owned(self, number: int) -> list[Namespace]:
        """Return what the user namespace *number* owns: others first, then the user namespaces in it."""
        mine = [one for one in self.found.values() if one.owner == number and one.number != number]
        return sorted(mine, key=lambda one: (one.kind == "user", KINDS.index(one.kind)))

    def roots(self) -> list[Namespace]:
        """Return the namespaces whose owner is out of sight, user namespaces last."""
        return self.owned(0) + [
            one for one in self.found.values() if one.owner and one.owner not in self.found
        ]

    def _space(self, name: str) -> Mapping[str, int]:
        if name not in self.of:
            raise LookupError(f"there is no space {name!r} here; there is {', '.join(self.of)}")
        return self.of[name]


def _in_order(of: Mapping[str, Mapping[str, int]], about: Mapping[int, object]) -> Iterator[int]:
    for own in of.values():
        yield from (own[kind] for kind in KINDS if kind in own)
    yield from about


def _of_type(
    number: int, about: Mapping[int, tuple[str, int, int]], of: Mapping[str, Mapping[str, int]]
) -> tuple[str, int, int, int]:
    if number in about:
        kind, owner, parent = about[number]
        return kind, number, owner, parent
    kind = next(kind for own in of.values() for kind, value in own.items() if value == number)
    return kind, number, 0, 0


def _spaces_in(number: int, of: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    return tuple(space for space, own in of.items() if number in own.values())


def _keepers(
    processes: Iterable[tuple[int, str, Mapping[str, int]]],
    holds: Iterable[tuple[str, int, str]],
    of: Mapping[str, Mapping[str, int]],
    about: Mapping[int, tuple[str, int, int]],
) -> Iterator[tuple[int, str]]:
    """Yield what keeps each namespace alive, where no space is in it."""
    lived_in = {number for own in of.values() for number in own.values()}
    for pid, name, own in processes:
        for number in own.values():
            if number not in lived_in and name != FURNITURE:
                yield number, f"process {pid} {name}"
    for _, number, how in holds:
        if number in about:
            yield number, _readable(how)
    for number, (kind, owner, parent) in about.items():
        if owner in about and owner != number and owner not in lived_in:
            yield owner, "a namespace that it owns"
        if kind == "pid" and parent in about and parent not in lived_in:
            yield parent, "a child namespace"


def _readable(how: str) -> str:
    """Return how something is held, without the process by which a mount was seen."""
    return how.partition(" as ")[0] if how.startswith("mount ") else how


def _letters(found: Iterable[Namespace]) -> dict[int, str]:
    given: dict[str, int] = {}
    letters = {}
    for one in found:
        place = given.get(one.kind, 0)
        given[one.kind] = place + 1
        letters[one.number] = letter(place) if place else "a"
    return letters
