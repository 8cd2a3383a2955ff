"""Why the kernel refused: the rule behind an errno, from the model and the state of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from nslab.front.lab import Lab
    from nslab.state.propagation import Refusal

PROGRAMS = ("mount", "umount", "pivot_root", "chroot", "unshare")
"""Commands whose refusals the model can explain."""


def refusal(lab: Lab, space: str, command: str) -> Refusal | None:
    """Return why the kernel refuses *command* in *space*, None where the model can't tell.

    Called after the refusal, which has changed nothing. Source: the order of
    checks in the kernel's fs/namespace.c. Introduced in chapter 4.
    """
    if command.split(" ", 1)[0] not in PROGRAMS:
        return None
    from nslab.front.foresight import foresee
    from nslab.state.propagation import NotUnderstood
    from nslab.state.propagation.commands import parse

    try:
        return foresee(lab, parse(command, space).operations).refusal
    except NotUnderstood:
        return None


def with_rule(refused: KernelRefused, lab: Lab, space: str, command: str) -> KernelRefused:
    """Return the refusal with the rule that fired, where the model names the same errno as the kernel."""
    found = refusal(lab, space, command)
    if found is None or found.name != refused.name:
        return refused
    rule = f"{sentence(found)} ({found.rule.source})"
    return KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule)


def sentence(found: Refusal) -> str:
    """Return why and the way out as one sentence."""
    return f"{found.why}; {found.way_out}" if found.way_out else found.why
