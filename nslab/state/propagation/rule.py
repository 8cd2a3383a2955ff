"""What a rule is: a sentence, the way out, and where it stands."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule: ``says`` why, ``way_out`` what to do instead, ``kernel`` and ``manual`` where to read it.

    ``errno`` is empty for a rule that refuses nothing.
    """

    id: str
    errno: str
    says: str
    way_out: str
    kernel: str
    manual: str

    @property
    def source(self) -> str:
        """Where the rule stands, in one line."""
        return f"kernel {self.kernel}; {self.manual}"
