"""What an operation caused, one event for each mount, each with its rule."""

from __future__ import annotations

from typing import NamedTuple


class Event(NamedTuple):
    """One thing that happened to one mount.

    ``verb`` is attached, copied, tucked, moved, detached, fell, stayed, changed, cloned, locked, unlocked
    or skipped. ``rule`` names an entry of :data:`~nslab.state.propagation.rules.RULES`. ``by`` is the
    mount that it has to do with: the receiver that a copy went to, the copy that was tucked under this
    mount, the mount that it was cloned from. ``before`` and ``after`` are propagation types, and
    ``group`` and ``master`` the peer groups, afterwards. Introduced in chapter 4.
    """

    verb: str
    mount: int
    rule: str
    by: int = 0
    before: str = ""
    after: str = ""
    group: int = 0
    master: int = 0
