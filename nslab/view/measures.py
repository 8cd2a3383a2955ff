"""Sizes that every part of a sheet keeps to, in points, and the colours of the peer groups."""

from __future__ import annotations

from nslab.view import paper as p

MARGIN = 14.0
ROW = 21.0
GAP = 16.0
PILL = 15.0
PAD = 6.0
INDENT = 26.0
SMALL = 8.5


def colours(group: int) -> tuple[str, str]:
    """Return ink and tint for the peer group with this place in the order of names, from 1; ink for none."""
    return p.TINTS[(group - 1) % len(p.TINTS)] if group else (p.INK, p.PAPER)
