"""One line of mountinfo, field by field."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from nslab.view.words import legible, propagation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nslab.state.mountinfo import Mount


class FieldsFigure:
    """The fields of a mountinfo line with what each says; changing numbers are left out.

    ``mount`` is the line as data, ``rows`` are (field, value, meaning).

    Source: proc_pid_mountinfo(5). Introduced in chapter 4.
    """

    def __init__(self, mount: Mount, names: Mapping[int, str]) -> None:
        self.mount = mount
        self.rows = _rows(mount, names)

    def __repr__(self) -> str:
        widths = [max(len(row[column]) for row in self.rows) for column in (0, 1)]
        return "\n".join(
            "  ".join((a.ljust(widths[0]), b.ljust(widths[1]), c)).rstrip() for a, b, c in self.rows
        )

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        cells = [
            "".join(f"<td style='text-align:left'>{html.escape(text)}</td>" for text in row)
            for row in self.rows
        ]
        return {
            "text/plain": repr(self),
            "text/html": f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>",
        }


def _rows(mount: Mount, names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    tags = [f"{word}:{names.get(group, group)}" for word, group in _groups(mount) if group]
    tags += ["unbindable"] if mount.unbindable else []
    return [
        ("mount id", "N", "a number for this mount, used again when it is gone"),
        ("parent", "M", "the id of the mount that this one is attached to"),
        ("device", "x:y", "the file system; a bind of the same one has the same"),
        ("root", legible(mount.root), "the directory of the file system that this mount shows"),
        ("mount point", legible(mount.point), "where, seen from the reader's root"),
        ("options", mount.options, "of this mount only"),
        ("optional", " ".join([*tags, *mount.more]) or "none", f"propagation: {propagation(mount, names)}"),
        ("-", "", "ends the optional fields"),
        ("type", legible(mount.fstype), "the file system's type"),
        ("source", legible(mount.source), "what was named as the source"),
        ("super options", mount.super_options.split(",")[0] + ",…", "of the file system, for all its mounts"),
    ]


def _groups(mount: Mount) -> tuple[tuple[str, int], ...]:
    return ("shared", mount.shared), ("master", mount.master), ("propagate_from", mount.propagate_from)
