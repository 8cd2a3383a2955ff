"""The model, set to what a lab is at this moment: what it says of a command, and why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.front.reading import Reading
from nslab.linux.locks import locks
from nslab.linux.paths import kind
from nslab.state.foreseen import foreseen
from nslab.state.mountinfo import parse_mountinfo
from nslab.state.propagation import Kernel, UnknownPath, do, from_tables, learn
from nslab.state.propagation.locked import askable, with_locks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.front.lab import Lab
    from nslab.state import mountinfo
    from nslab.state.mounts import Mounts
    from nslab.state.propagation import Operation, Outcome, State

UNLOCKED = ("/proc", "/sys", "/dev/pts", "/dev/shm")
"""Mounts that a lab's own pid 1 made, inside; all others of a fresh lab came locked."""

TIMED = ("/proc", "/sys")
"""Those of them whose access times are locked, as they were on the ones that they were let in for."""

OWNED = ("pid", "net", "ipc", "cgroup")
"""Kinds of namespaces of which a file system shows one, and only their owners may mount it."""

MOST_QUESTIONS = 50


@dataclass(frozen=True, slots=True)
class Moment:
    """A lab's mounts at one moment, as tables and as the model's state; ``locked`` by identity."""

    mounts: Mounts
    state: State
    locked: frozenset[int]


def moment(lab: Lab) -> Moment:
    """Return what *lab* is now. Raises SpaceGone, and NotUnderstood for a table the model can't take."""
    lab._check()
    readings = [Reading(space, *space._link.request("mounts")) for space in lab.spaces.values()]
    mounts = lab._mounts(readings)
    home = readings[0].user
    owners = {reading.space.name: _owners(reading, home) for reading in readings}
    origins = [_origin(lab, reading) for reading in readings]
    locked = {one for found, _ in origins for one in found}
    state = from_tables(
        {reading.space.name: reading.table for reading in readings},
        {reading.space.name: reading.namespace for reading in readings},
        {name: found["mnt"] for name, found in owners.items()},
        locked,
        users={reading.space.name: "" if reading.user == home else reading.user for reading in readings},
        others=owners,
        locks={one: options for _, found in origins for one, options in found.items()},
        kernel=Kernel.parse(os.uname().release),
    )
    state = _ask_for_locks(lab, state)
    found = frozenset(one.identity for one in mounts.everything() if state.mounts[one.id].locked)
    return Moment(mounts, state, found)


def _owners(reading: Reading, home: str) -> dict[str, str]:
    """Return the user namespaces that own a space's other namespaces; empty for the lab's own."""
    found = reading.space._link.request("owners", ["mnt", *OWNED])
    named = {kind: f"user:[{number}]" for kind, number in found.items()}
    return {kind: "" if not found[kind] or named[kind] == home else named[kind] for kind in named}


def _ask_for_locks(lab: Lab, state: State) -> State:
    """Return *state* with the locks as the kernel has them, as far as paths lead there."""
    answers: dict[int, tuple[bool | None, list[str] | None]] = {}
    for name, space in lab.spaces.items():
        paths = askable(state, name)
        told = zip(paths, space.call(locks, [*paths.values()]), strict=True)
        answers.update(
            (mount, answer) for mount, answer in told if answer[0] is not None or mount not in answers
        )
    return with_locks(state, answers)


def foresee(lab: Lab, operations: Sequence[Operation], now: Moment | None = None) -> Outcome:
    """Return what the model says of *operations* in *lab*; paths it does not know it asks the spaces about.

    Raises NotUnderstood for what it can't answer.
    """
    state = (now or moment(lab)).state
    for _ in range(MOST_QUESTIONS):
        try:
            return do(state, operations)
        except UnknownPath as unknown:
            state = learn(state, unknown, lab.spaces[unknown.space].call(kind, unknown.path))
    raise RuntimeError(f"the model asked about {MOST_QUESTIONS} paths and is not content")


def as_mounts(outcome: Outcome, now: Moment) -> Mounts:
    """Return the mount tables after *outcome*, as :meth:`Lab.mounts` would show them."""
    return foreseen(outcome.state, now.mounts)


def _origin(lab: Lab, reading: Reading) -> tuple[set[int], dict[int, str]]:
    """Return the ids of the mounts of a space that are locked, and the options that others have locked in.

    As far as their origin tells: those that a fresh lab came with, and in a user namespace of its own
    those that the space was born with. Of equal mounts in one place the oldest is the one that came.
    """
    fresh = {_place(one): one.options for one in parse_mountinfo(lab._machine.mountinfo)}
    born = {_place(one): one.options for one in parse_mountinfo(reading.space._link.born_with)}
    oldest = {_place(one): one.id for one in reversed(parse_mountinfo(reading.table))}
    furniture = {place: options for place, options in fresh.items() if place[0] not in UNLOCKED}
    timed = {place: "rw" for place in fresh if place[0] in TIMED}
    came = timed | furniture | born
    locked = {place for place in furniture.keys() | born.keys() if place[0] != "/" or place in furniture}
    return (
        {oldest[place] for place in locked if place in oldest},
        {oldest[place]: options for place, options in came.items() if place in oldest},
    )


def _place(one: mountinfo.Mount) -> tuple[str, tuple[int, int], str]:
    return one.point, one.device, one.root
