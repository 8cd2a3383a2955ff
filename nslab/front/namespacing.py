"""The namespaces of a lab: who shares which, and what keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.front.face import OfLab
from nslab.linux import nsfs

if TYPE_CHECKING:
    from nslab.state.namespaces import Namespaces
    from nslab.view.namespaces import NamespacesFigure
    from nslab.view.ownership import OwnershipFigure


class Namespacing(OfLab):
    """What a lab can show of namespaces as such."""

    def namespaces(self, *, raw: bool = False) -> NamespacesFigure:
        """Return which namespaces each space is in, read from the kernel now, as text and picture.

        The same letter in a column is the same namespace; *raw* shows the kernel's
        numbers. Raises SpaceGone. Source: namespaces(7). Introduced in chapter 3.
        """
        from nslab.view.namespaces import NamespacesFigure

        return NamespacesFigure(self._survey(), raw=raw)

    def ownership(self) -> OwnershipFigure:
        """Return every namespace of the lab below the user namespace that owns it, with what keeps it alive.

        Those without a process are found by open descriptors and by mounts. Raises
        SpaceGone. Source: ioctl_ns(2), namespaces(7). Introduced in chapter 3.
        """
        from nslab.view.ownership import OwnershipFigure

        return OwnershipFigure(self._survey())

    def _survey(self) -> Namespaces:
        from nslab.state.namespaces import Namespaces

        self._check()
        processes, holds, about = self.host.call(nsfs.survey)
        agents = {name: space.pid for name, space in self.spaces.items()}
        return Namespaces.read(processes, holds, about, agents)
