"""/proc/PID/mountinfo as data, field by field, and back.

Source: proc_pid_mountinfo(5); kernel fs/proc_namespace.c, show_mountinfo().
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ESCAPED = {"040": " ", "011": "\t", "012": "\n", "134": "\\", "043": "#"}
_NUMBERED = ("shared", "master", "propagate_from")
_NO_OPTIONAL: tuple[int, int, int, bool, tuple[str, ...]] = (0, 0, 0, False, ())


class MountinfoError(ValueError):
    """A table of mounts that can't be understood; the message quotes the line and names the field."""


class Mount(NamedTuple):
    """One line of mountinfo. Introduced in chapter 4.

    ``device`` is (major, minor). ``shared``, ``master`` and ``propagate_from`` are
    peer group numbers, 0 for none. ``more`` holds optional fields of later
    kernels as they stand. ``identity`` is a number that no later mount gets.
    """

    id: int
    parent: int
    device: tuple[int, int]
    root: str
    point: str
    options: str
    shared: int
    master: int
    propagate_from: int
    unbindable: bool
    more: tuple[str, ...]
    fstype: str
    source: str
    super_options: str
    identity: int

    @property
    def propagation(self) -> str:
        """The propagation type: shared, slave, shared+slave, private or unbindable."""
        if self.shared:
            return "shared+slave" if self.master else "shared"
        if self.master:
            return "slave"
        return "unbindable" if self.unbindable else "private"

    @property
    def what(self) -> str:
        r"""What is mounted: source, the root within it in brackets unless ``/``, and the type.

        >>> parse_mountinfo(b"1 2 0:5 /srv /mnt rw - tmpfs data rw\n")[0].what
        'data[/srv] (tmpfs)'
        """
        inside = "" if self.root == "/" else f"[{self.root}]"
        return f"{self.source or 'none'}{inside} ({self.fstype})"


def parse_mountinfo(table: bytes, unique: Mapping[int, int] | None = None) -> tuple[Mount, ...]:
    r"""Return the mounts of *table*, in its order.

    *unique* gives identities by mount id; where it has none, the id is taken.
    Raises MountinfoError for a line or a table that makes no sense.

    >>> parse_mountinfo(b"36 35 98:0 / /mnt\\040x rw master:1 - ext4 /dev/root rw\n")[0].point
    '/mnt x'
    """
    text = table.decode("utf-8", "surrogateescape")
    if text and not text.endswith("\n"):
        last = text.rpartition("\n")[2]
        raise MountinfoError(f"the table is cut short: its last line has no end: {last!r}")
    known = unique or {}
    mounts = tuple([_parse_line(line, known) for line in text.split("\n")[:-1]])
    _check(mounts)
    return mounts


def format_mountinfo(mounts: Iterable[Mount]) -> bytes:
    """Return the table that :func:`parse_mountinfo` reads as *mounts*."""
    return "".join([_format(mount) + "\n" for mount in mounts]).encode("utf-8", "surrogateescape")


def _parse_line(line: str, unique: Mapping[int, int]) -> Mount:
    head, dash, tail = line.partition(" - ")
    fields = head.split(" ")
    behind = tail.split(" ", 2)
    if not dash:
        raise MountinfoError(f"the separating dash is missing in {line!r}")
    if len(fields) < 6 or len(behind) != 3:
        where = "before" if len(fields) < 6 else "behind"
        raise MountinfoError(f"a field {where} the dash is missing in {line!r}")
    major, _, minor = fields[2].partition(":")
    if not all(map(_is_number, (fields[0], fields[1], major, minor))):
        raise MountinfoError(f"mount id, parent id or device is no number in {line!r}")
    if not fields[4].startswith("/"):
        raise MountinfoError(f"the mount point {fields[4]!r} is no absolute path in {line!r}")
    number, parent, device = int(fields[0]), int(fields[1]), (int(major), int(minor))
    optional = _optional(fields, line) if len(fields) > 6 else _NO_OPTIONAL
    return Mount(
        *(number, parent, device, _decoded(fields[3]), _decoded(fields[4]), fields[5]),
        *optional,
        *(_decoded(behind[0]), _decoded(behind[1]), behind[2], unique.get(number, number)),
    )


def _optional(fields: list[str], line: str) -> tuple[int, int, int, bool, tuple[str, ...]]:
    numbers = dict.fromkeys(_NUMBERED, 0)
    unbindable = False
    more = []
    for field in fields[6:]:
        name, colon, value = field.partition(":")
        if name in numbers and colon:
            if not _is_number(value) or numbers[name] or not int(value):
                raise MountinfoError(f"optional field {field!r} is not understood in {line!r}")
            numbers[name] = int(value)
        elif field == "unbindable" and not unbindable:
            unbindable = True
        elif field:
            more.append(field)
        else:
            raise MountinfoError(f"an empty optional field in {line!r}")
    return numbers["shared"], numbers["master"], numbers["propagate_from"], unbindable, tuple(more)


def _is_number(text: str) -> bool:
    """Return whether *text* is plain digits: int() takes signs, underscores and other scripts too."""
    return text.isascii() and text.isdigit()


def _check(mounts: tuple[Mount, ...]) -> None:
    """Raise MountinfoError unless the ids make a forest whose paths lead downwards."""
    by_id: dict[int, Mount] = {}
    for mount in mounts:
        if by_id.setdefault(mount.id, mount) is not mount:
            raise MountinfoError(f"mount id {mount.id} stands for two mounts; read the table again")
    for mount in mounts:
        parent = by_id.get(mount.parent, mount)
        if not _leads_to(parent.point, mount.point):
            raise MountinfoError(
                f"mount {mount.id} at {mount.point!r} is not below its parent {parent.id}"
                f" at {parent.point!r}; read the table again"
            )
    _check_ends(by_id)


def _leads_to(above: str, below: str) -> bool:
    """Return whether the path *below* is *above* or in it."""
    return below == above or above == "/" or (below.startswith(above) and below[len(above)] == "/")


def _check_ends(by_id: dict[int, Mount]) -> None:
    """Raise MountinfoError when a mount's parents lead back to it; a root may be its own parent."""
    sound: set[int] = set()
    for start in by_id:
        path: set[int] = set()
        at: int | None = start
        while at in by_id and at not in sound:
            if at in path:
                raise MountinfoError(f"mount {at} is above itself; read the table again")
            path.add(at)
            above = by_id[at].parent
            at = None if above == at else above
        sound |= path


def _decoded(field: str) -> str:
    if "\\" not in field:
        return field
    first, *rest = field.split("\\")
    return first + "".join([_ESCAPED.get(part[:3], "\\" + part[:3]) + part[3:] for part in rest])


def _encoded(field: str) -> str:
    if not any(char in field for char in _ESCAPED.values()):
        return field
    octal = {char: f"\\{code}" for code, char in _ESCAPED.items()}
    return "".join([octal.get(char, char) for char in field])


def _format(mount: Mount) -> str:
    numbered = zip(_NUMBERED, (mount.shared, mount.master, mount.propagate_from), strict=True)
    optional = [f"{name}:{number}" for name, number in numbered if number]
    optional += ["unbindable"] if mount.unbindable else []
    device = "{}:{}".format(*mount.device)
    head = (mount.id, mount.parent, device, _encoded(mount.root), _encoded(mount.point))
    tail = (_encoded(mount.fstype), _encoded(mount.source), mount.super_options)
    return " ".join([*map(str, head), mount.options, *optional, *mount.more, "-", *tail])
