"""The model, set to what a lab is at this moment: what it says of a command, and why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.front.reading import Reading
from nslab.state.foreseen import foreseen
from nslab.state.mountinfo import parse_mountinfo
from nslab.state.propagation import Kernel, UnknownPath, do, from_tables, learn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.front.lab import Lab
    from nslab.front.space import Space
    from nslab.state import mountinfo
    from nslab.state.mounts import Mounts
    from nslab.state.propagation import Operation, Outcome, State

UNLOCKED = ("/proc", "/sys", "/dev/pts", "/dev/shm")
"""Mounts that a lab's own pid 1 made, inside; all others of a fresh lab came locked."""

TIMED = ("/proc", "/sys")
"""Those of them whose access times are locked, as they were on the ones that they were let in for."""

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
    origins = [_origin(lab, reading) for reading in readings]
    locked = {one for found, _ in origins for one in found}
    state = from_tables(
        {reading.space.name: reading.table for reading in readings},
        {reading.space.name: reading.namespace for reading in readings},
        {reading.space.name: "" if reading.user == home else reading.user for reading in readings},
        locked,
        locks={one: options for _, found in origins for one, options in found.items()},
        kernel=Kernel.parse(os.uname().release),
    )
    identities = {mount.id: mount.identity for mount in mounts.everything()}
    return Moment(mounts, state, frozenset(identities[one] for one in locked if one in identities))


def foresee(lab: Lab, operations: Sequence[Operation], now: Moment | None = None) -> Outcome:
    """Return what the model says of *operations* in *lab*; paths it does not know it asks the spaces about.

    Raises NotUnderstood for what it can't answer.
    """
    state = (now or moment(lab)).state
    for _ in range(MOST_QUESTIONS):
        try:
            return do(state, operations)
        except UnknownPath as unknown:
            state = learn(state, unknown, _kind(lab.spaces[unknown.space], unknown.path))
    raise RuntimeError(f"the model asked about {MOST_QUESTIONS} paths and is not content")


def as_mounts(outcome: Outcome, now: Moment) -> Mounts:
    """Return the mount tables after *outcome*, as :meth:`Lab.mounts` would show them."""
    return foreseen(outcome.state, now.mounts)


def _kind(space: Space, path: str) -> str:
    return space.call(_look, path)  # type: ignore[no-any-return]


def _look(path: str) -> str:
    import os

    return ("dir" if os.path.isdir(path) else "file") if os.path.lexists(path) else ""  # noqa: PTH112


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
