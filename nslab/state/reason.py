"""The reason why a packet stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nslab.state.surroundings import Namespace


UNTOLD = "untold"
"""The kind of a reason that is kept back, so that a learner finds it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a packet stopped: its *kind*, the *space* and *interface* at fault, a sentence, the state.

    Kinds: ``interface down``, ``bridge down``, ``no carrier``, ``no route``,
    ``unanswered``, ``forwarding off``, ``filtered``, ``no way back``, ``wrong mask``,
    ``duplicate mac``, ``macvlan parent``, ``macvlan mode``, ``lo down``, ``port
    closed``, ``tentative``, ``other mac``, ``loop``, ``told``, ``lost``,
    ``wrong source``, ``two wires``, ``unknown``.
    Introduced in chapter 10.
    """

    kind: str
    space: str
    interface: str = ""
    says: str = ""
    state: str = ""

    def __str__(self) -> str:
        return f"{self.kind} at {self.where}: {self.says}"

    @property
    def where(self) -> str:
        """The space, with the interface where one is at fault.

        >>> Reason("lo down", "web", "lo").where
        'web:lo'
        """
        return f"{self.space}:{self.interface}" if self.interface else self.space


def name_of(here: Namespace, interface: str) -> str:
    """Return an interface as ``space:name``."""
    return f"{here.name}:{interface}"


def no_way_back(found: Reason, here: Namespace, source: str) -> Reason:
    """Return that an answer can't start: *here* has no route to the *source* it should answer."""
    said = f"it arrived, and the answer can't leave: {here.name} has no route to its source {source}"
    return Reason("no way back", here.name, "", said, found.state)


def maybe_filtered(here: Namespace, known: str) -> Reason:
    """Return that a rule of *here* may have dropped it, where there are rules; *known* is known."""
    if here.rules:
        return Reason("filtered?", here.name, "", f"{known}; {here.name} has nft rules")
    return Reason("unknown", here.name, "", f"{known}; why it stopped is not known")
