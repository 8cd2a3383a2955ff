"""What a space's agent read of its mounts, at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nslab.front.space import Space


class Reading(NamedTuple):
    """A space's namespaces by their links, its mountinfo, and unique mount ids by short ones."""

    space: Space
    namespace: str
    user: str
    table: bytes
    unique: dict[int, int]
