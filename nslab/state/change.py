"""What happened to the mounts between two moments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nslab.state.mountinfo import Mount
    from nslab.state.mounts import Column, Mounts


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one mount, in the namespace of ``spaces``.

    ``verb`` is attached, tucked, detached, moved, changed type; copied for a
    mount of a namespace that is new, ended for one of a namespace that is gone.
    ``before`` is the mount as it was; for a tucked one that which now lies on it.
    """

    verb: str
    spaces: str
    mount: Mount
    before: Mount | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Two moments, the commands between them, and what they caused.

    ``log`` is the kernel's own account by space, where it gives one: attached or
    detached, and the mount's unique id. Introduced in chapter 4.
    """

    before: Mounts
    after: Mounts
    commands: tuple[str, ...]
    log: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    def events(self) -> tuple[Event, ...]:
        """Return what happened to the mounts asked about, column by column, in path order.

        Mounts are the same when their identities are, columns when they share a space.
        """
        events: list[Event] = []
        gone = list(self.before.columns)
        for column in self.after.columns:
            earlier = next((one for one in gone if set(one.spaces) & set(column.spaces)), None)
            if earlier:
                gone.remove(earlier)
                events += _events(earlier, column, self._asked(earlier, column))
            else:
                events += [Event("copied", column.title, mount) for mount in self.after.asked(column)]
        for column in gone:
            events += [Event("ended", column.title, mount) for mount in self.before.asked(column)]
        return tuple(events)

    def passing(self) -> dict[str, int]:
        """Return how many mounts came and went in between, by space; only the kernel's log knows."""
        seen = {mount.identity for moment in (self.before, self.after) for mount in moment.everything()}
        counts = {
            space: len({mount for verb, mount in said if verb == "attached" and mount not in seen})
            for space, said in self.log.items()
        }
        return {space: count for space, count in counts.items() if count}

    def new(self) -> frozenset[int]:
        """Return the identities of the mounts that are there now and were not before."""
        return frozenset(
            event.mount.identity for event in self.events() if event.verb in ("attached", "tucked", "copied")
        )

    def _asked(self, before: Column, after: Column) -> set[int]:
        asked = (*self.before.asked(before), *self.after.asked(after))
        return {mount.identity for mount in asked}


def _events(before: Column, after: Column, asked: set[int]) -> list[Event]:
    then = {mount.identity: mount for mount in before.tree.mounts}
    now = {mount.identity: mount for mount in after.tree.mounts}
    events = [
        Event("detached", after.title, mount, mount) for mount in then.values() if mount.identity not in now
    ]
    for mount in now.values():
        if old := then.get(mount.identity):
            events += [Event(verb, after.title, mount, old) for verb in _changes(old, mount)]
        else:
            events.append(_arrival(after, mount, then))
    shown = [event for event in events if event.mount.identity in asked]
    return sorted(shown, key=lambda event: (event.mount.point, event.verb))


def _arrival(column: Column, mount: Mount, then: dict[int, Mount]) -> Event:
    """Return how a new mount came: on top of what was there, or tucked under it."""
    lifted = [
        child
        for child in column.tree.children(mount)
        if child.point == mount.point and child.identity in then
    ]
    return (
        Event("tucked", column.title, mount, lifted[0]) if lifted else Event("attached", column.title, mount)
    )


def _changes(old: Mount, mount: Mount) -> Iterator[str]:
    if old.point != mount.point:
        yield "moved"
    if _type(old) != _type(mount):
        yield "changed type"


def _type(mount: Mount) -> tuple[int, int, int, bool]:
    return mount.shared, mount.master, mount.propagate_from, mount.unbindable
