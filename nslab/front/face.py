"""What the words of a learner stand on: the parts of a space and of a lab that their mixins use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from nslab.front.lab import Lab
    from nslab.front.space import Space
    from nslab.lab.link import Link
    from nslab.lab.machine import Machine


class OfSpace:
    """A part of a :class:`~nslab.front.space.Space`, which has all of this."""

    if TYPE_CHECKING:
        _lab: Lab
        _link: Link

        @property
        def name(self) -> str:
            """The name it was given."""

        @property
        def pid(self) -> int:
            """The process id of its agent, as ``host`` sees it."""

        @property
        def pid_outside(self) -> int:
            """The process id of its agent on the machine."""

        def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
            """Run a function in the agent."""

        def fork(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
            """Run a function in a child of the agent."""

        def _show(self, command: str) -> None: ...


class OfLab:
    """A part of a :class:`~nslab.front.lab.Lab`, which has all of this."""

    if TYPE_CHECKING:
        _machine: Machine

        @property
        def spaces(self) -> Mapping[str, Space]:
            """The spaces that live, by name."""

        @property
        def host(self) -> Space:
            """The first space."""

        def _space(self, name: str) -> Space: ...
        def _show(self, space: str, command: str) -> None: ...
        def _check(self) -> None: ...
