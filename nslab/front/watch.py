"""A watch: what a few operations changed, from before to after."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from nslab.front.lab import Lab
    from nslab.state.mounts import Mounts


class Watch:
    """Shows what its ``with`` block did to the mounts of a lab's spaces.

    Displayed after the block: the state before, the commands, what they caused
    and where, the state after. Made by :meth:`Lab.watch`. Introduced in chapter 4.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.commands: list[str] = []
        self._before: Mounts | None = None

    def __enter__(self) -> Watch:
        self._before = self._lab._read(list(self._lab.spaces.values()))
        self._lab._watches.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lab._watches.remove(self)
