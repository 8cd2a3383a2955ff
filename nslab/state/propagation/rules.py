"""Every rule of the model by its id: why the kernel refuses, and why it does what it does."""

from __future__ import annotations

from nslab.state.propagation import causes, refusals_attaching, refusals_changing
from nslab.state.propagation.rule import Rule

__all__ = ["REFUSALS", "RULES", "Rule"]

_REFUSALS = refusals_attaching.REFUSALS + refusals_changing.REFUSALS

RULES: dict[str, Rule] = {rule.id: rule for rule in _REFUSALS + causes.CAUSES}
"""All rules by their ids."""

REFUSALS: tuple[str, ...] = tuple(rule.id for rule in _REFUSALS)
"""The ids of the rules that refuse something."""
