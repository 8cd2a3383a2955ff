"""Id maps as the kernel keeps them: parsed, checked, looked up in both directions, composed."""

from __future__ import annotations

import bisect
import itertools
import re
from dataclasses import dataclass
from functools import cached_property

OVERFLOW = 65534
"""What an id without a mapping is shown as. Source: /proc/sys/kernel/overflowuid, user_namespaces(7)."""

MOST_LINES = 340
"""Lines that a map may have. Source: UID_GID_MAP_MAX_EXTENTS in user_namespaces(7)."""

LAST = 2**32 - 1
"""(uid_t) -1, which is no id: it means "leave as it is" to chown(2) and setresuid(2)."""

_LINE = re.compile(r"\s*(\d+)\s+(\d+)\s+(\d+)\s*")


class BadMap(ValueError):
    """The kernel refuses this text as a map, with EINVAL whoever writes it; ``rule`` says why.

    Introduced in chapter 9.
    """

    name = "EINVAL"

    def __init__(self, rule: str) -> None:
        super().__init__(f"EINVAL: {rule}")
        self.rule = rule


@dataclass(frozen=True, slots=True, order=True)
class Extent:
    """One line of a map: ``length`` ids from ``inside`` on are those from ``outside`` on.

    Source: user_namespaces(7). Introduced in chapter 9.
    """

    inside: int
    outside: int
    length: int

    def __str__(self) -> str:
        return f"{self.inside} {self.outside} {self.length}"


@dataclass(frozen=True)
class IdMap:
    r"""A map of user or group ids, its lines in the order in which they were given.

    >>> chosen = IdMap.parse("0 1000 1\n1 5000 10\n")
    >>> chosen.out(3), chosen.into(1000), chosen.shown(7)
    (5002, 0, 65534)

    Raises BadMap for what no writer may give. Source: user_namespaces(7),
    kernel/user_namespace.c. Introduced in chapter 9.
    """

    extents: tuple[Extent, ...]

    @classmethod
    def parse(cls, text: str) -> IdMap:
        """Return the map that *text* says, as in ``/proc/PID/uid_map``. Raises BadMap."""
        lines = text.removesuffix("\n").split("\n")
        if not text.strip():
            raise BadMap("a map has one line at least")
        extents = tuple(_extent(line) for line in lines)
        if len(extents) > MOST_LINES:
            raise BadMap(f"a map has {MOST_LINES} lines at most, this one {len(extents)}")
        _check_overlap(extents)
        return cls(extents)

    @classmethod
    def read(cls, text: str) -> IdMap:
        """Return the map that the kernel shows; the empty text is a map that is not written yet."""
        return cls.parse(text) if text.strip() else cls(())

    def out(self, inside: int) -> int | None:
        """Return what *inside* is in the parent, None where it is not mapped."""
        return _look_up(self._by_inside, inside)

    def into(self, outside: int) -> int | None:
        """Return what the parent's *outside* is in here, None where it is not mapped."""
        return _look_up(self._by_outside, outside)

    def shown(self, outside: int) -> int:
        """Return as which id stat(2) shows the parent's *outside* in here: 65534 where it is not mapped."""
        found = self.into(outside)
        return OVERFLOW if found is None else found

    def through(self, parent: IdMap) -> IdMap:
        r"""Return the composition: this map seen from where *parent*'s outside ids are.

        Ids that *parent* doesn't map are left out; such a map can't be written.

        >>> inner = IdMap.parse("0 1 2")
        >>> str(inner.through(IdMap.parse("0 100 2\n2 500 5")))
        '0 101 1\n1 500 1'
        """
        return IdMap(tuple(_joined(self.through_parts(parent))))

    def through_parts(self, parent: IdMap) -> list[Extent]:
        """Return :meth:`through`'s lines, cut wherever a line of either map ends."""
        return [part for extent in self.extents for part in parent._pieces(extent)]

    @property
    def count(self) -> int:
        """How many ids are mapped."""
        return sum(extent.length for extent in self.extents)

    def __str__(self) -> str:
        return "\n".join(map(str, self.extents))

    def _pieces(self, extent: Extent) -> list[Extent]:
        """Return what is left of a child's *extent*, its outside ids replaced by those outside of here."""
        starts, rows = self._by_inside
        found = []
        end = extent.outside + extent.length
        for place in range(max(0, bisect.bisect_right(starts, extent.outside) - 1), len(rows)):
            first, other, length = rows[place]
            if first >= end:
                break
            low, high = max(first, extent.outside), min(first + length, end)
            if low < high:
                found.append(Extent(extent.inside + low - extent.outside, other + low - first, high - low))
        return found

    @cached_property
    def _by_inside(self) -> _Table:
        rows = sorted((one.inside, one.outside, one.length) for one in self.extents)
        return [row[0] for row in rows], rows

    @cached_property
    def _by_outside(self) -> _Table:
        rows = sorted((one.outside, one.inside, one.length) for one in self.extents)
        return [row[0] for row in rows], rows


_Table = tuple[list[int], list[tuple[int, int, int]]]


def _look_up(table: _Table, wanted: int) -> int | None:
    starts, rows = table
    place = bisect.bisect_right(starts, wanted) - 1
    if place < 0:
        return None
    first, other, length = rows[place]
    return other + wanted - first if wanted - first < length else None


def _extent(line: str) -> Extent:
    found = _LINE.fullmatch(line)
    if not found:
        raise BadMap(f"a line is three numbers, inside outside length; this one is {line!r}")
    extent = Extent(*map(int, found.groups()))
    if extent.length == 0:
        raise BadMap(f"a line maps one id at least; the length of {line!r} is 0")
    if max(extent.inside, extent.outside) + extent.length > LAST:
        raise BadMap(f"the ids of {line!r} go past the last one, {LAST - 1}")
    return extent


def _check_overlap(extents: tuple[Extent, ...]) -> None:
    for name in ("inside", "outside"):
        ordered = sorted((getattr(one, name), one.length, one) for one in extents)
        for (first, length, before), (second, _, after) in itertools.pairwise(ordered):
            if first + length > second:
                raise BadMap(f"lines may not overlap; '{before}' and '{after}' do, {name}")


def _joined(parts: list[Extent]) -> list[Extent]:
    """Return *parts* in order, neighbours that go on where the other ends as one."""
    found: list[Extent] = []
    for part in sorted(parts):
        last = found[-1] if found else None
        if last and (last.inside + last.length, last.outside + last.length) == (part.inside, part.outside):
            found[-1] = Extent(last.inside, last.outside, last.length + part.length)
        else:
            found.append(part)
    return found


def refused(name: str, kind: str, text: str) -> str:
    """Return why the kernel refuses *text* for ``uid_map``, ``gid_map`` or ``setgroups`` with errno *name*.

    Empty where no rule is known. Source: user_namespaces(7), "Defining user and group ID mappings".

    >>> refused("EINVAL", "uid_map", "0 0 0")
    "a line maps one id at least; the length of '0 0 0' is 0"
    """
    if name == "EINVAL" and kind != "setgroups":
        try:
            IdMap.parse(text)
        except BadMap as bad:
            return bad.rule
    return _RULES.get((name, kind), _RULES.get((name, ""), ""))


_MAP = (
    "a map is written once; the outside ids of a line must lie within one line of the parent user namespace's"
    " map; without CAP_SET{0}ID there, one line that maps the writer's own effective id is all{1}"
    " (user_namespaces(7))"
)
_RULES = {
    ("EPERM", "uid_map"): _MAP.format("U", ""),
    ("EPERM", "gid_map"): _MAP.format("G", ", and only after deny was written to setgroups"),
    ("EPERM", "setgroups"): "setgroups is fixed once gid_map is written, and deny is never taken back"
    " (user_namespaces(7))",
    ("EINVAL", "setgroups"): "setgroups takes allow or deny (user_namespaces(7))",
    ("EACCES", ""): "the process is not dumpable, so that its files belong to root of the outermost user"
    " namespace (proc(5), PR_SET_DUMPABLE(2const))",
}
