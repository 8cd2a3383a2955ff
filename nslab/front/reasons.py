"""Why the kernel refused: the rule behind an errno, from the model and the state of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.front import entering
from nslab.linux.entering import is_among_us
from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from nslab.front.lab import Lab
    from nslab.state.propagation import Refusal

PROGRAMS = ("mount", "umount", "pivot_root", "chroot", "unshare")
"""Commands whose refusals the model of mounts can explain."""


def refusal(lab: Lab, space: str, command: str) -> Refusal | entering.Refusal | None:
    """Return why the kernel refuses *command* in *space*, None where it can't be told.

    Called after the refusal, which has changed nothing. Source: the order of
    checks in the kernel's fs/namespace.c. Introduced in chapter 4.
    """
    if entry := entering.parse(command):
        return entering.refusal(lab.spaces[space], entry) or _inside(lab, space, entry)
    if command.split(" ", 1)[0] not in PROGRAMS:
        return None
    from nslab.front.foresight import foresee
    from nslab.state.propagation import NotUnderstood
    from nslab.state.propagation.commands import parse

    try:
        return foresee(lab, parse(command, space).operations).refusal
    except NotUnderstood:
        return None


def _inside(lab: Lab, space: str, entry: entering.Entry) -> Refusal | entering.Refusal | None:
    """Return why the kernel refuses what *entry* runs in the mount namespace of another space."""
    joined = {kind for kind, _ in entry.files}
    there = next((name for name, one in lab.spaces.items() if str(one.pid) == entry.target), "")
    if not there or "mnt" not in joined:
        return None
    same = lab.spaces[space].call(is_among_us, entry.target)
    return refusal(lab, there, entry.command) if same or "user" in joined else None


def with_rule(refused: KernelRefused, lab: Lab, space: str, command: str) -> KernelRefused:
    """Return the refusal with the rule that fired, where the model names the same errno as the kernel."""
    found = refusal(lab, space, command)
    if found is None or isinstance(found, entering.Refusal) or found.name != refused.name:
        return refused
    rule = f"{sentence(found)} ({found.rule.source})"
    return KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule)


def sentence(found: Refusal | entering.Refusal) -> str:
    """Return why and the way out as one sentence."""
    return f"{found.why}; {found.way_out}" if found.way_out else found.why
