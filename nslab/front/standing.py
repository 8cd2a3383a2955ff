"""Where the spaces of a lab stand: roots and working directories, as the host sees them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nslab.front.space import Space
    from nslab.view.standing import StandingFigure


class Roots:
    """What a lab can show of roots and working directories."""

    if TYPE_CHECKING:

        @property
        def spaces(self) -> Mapping[str, Space]:  # noqa: D102
            ...

        @property
        def host(self) -> Space:  # noqa: D102
            ...

        def _check(self) -> None: ...

    def roots(self) -> StandingFigure:
        """Return each space's root and working directory, as paths of the host, read from the kernel now.

        A space in another mount namespace has no path of the host. Raises SpaceGone.
        Source: proc_pid_root(5), proc_pid_cwd(5). Introduced in chapter 2.
        """
        from nslab.state.standing import Standing
        from nslab.view.standing import StandingFigure

        self._check()
        pids = {name: space.pid for name, space in self.spaces.items()}
        found = self.host.call(_links, pids)
        return StandingFigure(tuple(Standing(name, *places) for name, places in found.items()))


def _links(pids: dict[str, int]) -> dict[str, list[str | None]]:
    """Return where each process's root and working directory are; None in another mount namespace."""
    mine = Path("/proc/self/ns/mnt").readlink()
    found: dict[str, list[str | None]] = {}
    for name, pid in pids.items():
        process = Path(f"/proc/{pid}")
        here = (process / "ns/mnt").readlink() == mine
        found[name] = [str((process / link).readlink()) if here else None for link in ("root", "cwd")]
    return found
