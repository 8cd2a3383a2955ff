"""A watch: what a few operations changed, from before to after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nslab.state.change import Change
from nslab.view.change import ChangeFigure

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

    from nslab.front.lab import Lab
    from nslab.state.mounts import Mounts


class Watch:
    """Shows what its ``with`` block did to the mounts of a lab's spaces.

    Displayed after the block: the state before, the commands, what they caused
    and where, the state after. *under* folds away what is not below that path.
    Made by :meth:`Lab.watch`. Introduced in chapter 4.
    """

    def __init__(self, lab: Lab, under: str | None) -> None:
        self._lab = lab
        self._under = under
        self.commands: list[str] = []
        self._figure: ChangeFigure | None = None

    def __enter__(self) -> Watch:
        self._before, self._names = self._read()
        self._listening = [space for space in self._lab.spaces.values() if space._link.request("listen")]
        self._lab._watches.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lab._watches.remove(self)
        log = {space.name: tuple(space._link.request("heard")) for space in self._listening if space.alive}
        after, names = self._read()
        change = Change(self._before, after, tuple(self.commands), log)
        self._figure = ChangeFigure(change, self._names, names)

    @property
    def figure(self) -> ChangeFigure:
        """The change, once the block is over. Raises RuntimeError inside the block."""
        if self._figure is None:
            raise RuntimeError("the change is known when the with block is over; look at it behind the block")
        return self._figure

    def _read(self) -> tuple[Mounts, dict[int, str]]:
        mounts = self._lab._read(list(self._lab.spaces.values())).below(self._under)
        return mounts, self._lab._letters.names(mounts)

    def __repr__(self) -> str:
        return repr(self.figure) if self._figure else "a watch whose block is not over"

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        return self.figure._repr_mimebundle_(include, exclude) if self._figure else {"text/plain": repr(self)}
