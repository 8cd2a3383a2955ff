"""What happened to the mounts between two moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nslab.state.mountinfo import Mount
    from nslab.state.mounts import Column, Mounts


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one mount: ``verb`` is attached, detached, moved, tucked under or changed type."""

    verb: str
    spaces: str
    mount: Mount
    before: Mount | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Two moments, the commands between them, and what they caused. Introduced in chapter 4."""

    before: Mounts
    after: Mounts
    commands: tuple[str, ...]

    def events(self) -> tuple[Event, ...]:
        """Return what happened, column by column, in path order; found by the mounts' identities."""
        known = {column.spaces: column for column in self.before.columns}
        events: list[Event] = []
        for column in self.after.columns:
            events.extend(_events(known.get(column.spaces), column))
        return tuple(events)

    def new(self) -> frozenset[int]:
        """Return the identities of the mounts that are there now and were not before."""
        return frozenset(event.mount.identity for event in self.events() if event.verb == "attached")


def _events(before: Column | None, after: Column) -> list[Event]:
    then = {mount.identity: mount for mount in before.tree.mounts} if before else {}
    now = {mount.identity: mount for mount in after.tree.mounts}
    found = [(mount, _verb(then.get(mount.identity), mount, then, before, after)) for mount in now.values()]
    events = [Event(verb, after.title, mount, then.get(mount.identity)) for mount, verb in found if verb]
    events += [Event("detached", after.title, mount, mount) for mount in then.values() if mount.identity not in now]
    return sorted(events, key=lambda event: (event.mount.point, event.verb))


def _verb(
    old: Mount | None, mount: Mount, then: dict[int, Mount], before: Column | None, after: Column
) -> str:
    if old is None:
        return "attached"
    if old.point != mount.point:
        return "moved"
    if old.parent != mount.parent and before:
        parent, above = before.tree.parent(old), after.tree.parent(mount)
        if (parent and parent.identity) != (above and above.identity):
            return "lifted onto" if above and above.identity not in then else "lowered onto"
    kept = (old.shared, old.master, old.propagate_from, old.unbindable)
    return "" if kept == (mount.shared, mount.master, mount.propagate_from, mount.unbindable) else "changed type"
