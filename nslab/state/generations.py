"""Identities of mounts for kernels that only have ids they use again at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP = 1 << 32


class Generations:
    """Tells a mount from a later one with the same id, by how often that id has gone.

    Read after every operation, an id that was away or stands for another root
    of another file system has a new generation. Source: proc_pid_mountinfo(5),
    "the mount ID ... may be reused".
    """

    def __init__(self) -> None:
        self._generation: dict[int, int] = {}
        self._seen: dict[int, bytes] = {}

    def identities(self, tables: Mapping[str, bytes]) -> dict[int, int]:
        """Return an identity for every mount id in the spaces' mountinfo, as 64-bit numbers."""
        now = {int(number): rest for table in tables.values() for number, rest in _rows(table)}
        for number, rest in now.items():
            if self._seen.get(number) != rest:
                self._generation[number] = self._generation.get(number, 0) + 1
        self._seen = now
        return {number: self._generation[number] * _STEP + number for number in now}


def _rows(table: bytes) -> list[tuple[bytes, bytes]]:
    """Return each mount's id, and the device, root and file system that make it the same mount."""
    rows = []
    for line in table.splitlines():
        fields, _, rest = line.partition(b" - ")
        number, _, device, root = fields.split(b" ", 4)[:4]
        rows.append((number, b" ".join((device, root, rest.split(b" ")[0]))))
    return rows
