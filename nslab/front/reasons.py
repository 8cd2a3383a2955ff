"""Why the kernel refused: the rule behind an errno, from what can be seen in the space."""

from __future__ import annotations

from nslab.linux.refusal import KernelRefused


def with_rule(refused: KernelRefused, space: str, missing: list[str]) -> KernelRefused:
    """Return the refusal with the rule that fired, where it is certain.

    *missing* are the call's paths that do not exist in *space*.
    Source: the ERRORS of mount(2), umount2(2), pivot_root(2).
    """
    rule = ""
    if refused.name == "ENOENT" and missing:
        rule = f"{missing[0]} does not exist in space {space!r}; make it first: mkdir -p {missing[0]}"
    return KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule)
