"""Where processes stand: their root and working directory, as one reader sees the paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Standing:
    """The root and the working directory of a space's process, as paths of the host.

    ``root`` is None when the host's mount namespace has no path that leads there.
    Source: path_resolution(7), proc_pid_root(5), proc_pid_cwd(5). Introduced in chapter 2.
    """

    space: str
    root: str | None
    cwd: str | None

    @property
    def escaped(self) -> bool:
        """Whether the working directory lies outside the root.

        >>> Standing("box", "/srv/jail/x", "/srv/jail").escaped, Standing("box", "/srv", "/srv/a").escaped
        (True, False)
        """
        return bool(self.root and self.cwd and not _within(self.cwd, self.root))


def directories(some: tuple[Standing, ...]) -> tuple[str, ...]:
    """Return the directories on the way to each root and working directory, in path order.

    >>> directories((Standing("box", "/srv/jail", "/"),))
    ('/', '/srv', '/srv/jail')
    """
    paths = {path for one in some for place in (one.root, one.cwd) if place for path in _way(place)}
    return tuple(sorted({"/", *paths}, key=lambda path: path.split("/") if path != "/" else []))


def _way(path: str) -> Iterator[str]:
    parts = [part for part in path.split("/") if part]
    for count in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:count])


def _within(path: str, directory: str) -> bool:
    return path == directory or directory == "/" or path.startswith(directory + "/")
