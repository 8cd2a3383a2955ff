"""What a container runs on, beside what a virtual machine runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.view import measures as m
from nslab.view import paper as p
from nslab.view.figure import Figure
from nslab.view.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure as Drawing

MACHINE = ("processes", "guest kernel", "virtual hardware", "hypervisor", "kernel", "hardware")
"""A virtual machine's layers from above; they are for comparison and are not read from anywhere."""

VIRTUAL = "a virtual machine, for comparison"
COLUMN, LAYER = 230.0, 28.0


class LayersFigure(Figure):
    """The processes of each space on the one kernel, beside a virtual machine's layers.

    *spaces* gives the names of each space's processes, *kernel* what uname(2)
    calls it, without the version. Introduced in chapter 1.
    """

    def __init__(self, spaces: Mapping[str, Sequence[str]], kernel: str) -> None:
        self.spaces = {space: tuple(names) for space, names in spaces.items()}
        self.kernel = kernel

    def text(self) -> str:
        """Return both stacks, one below the other."""
        wide = max(len(space) for space in self.spaces)
        lines = ["containers, as this kernel has them"]
        lines += [
            f"  {space.ljust(wide)}  {', '.join(names)}".rstrip() for space, names in self.spaces.items()
        ]
        lines += [f"  {self.kernel} kernel, one for all", "  hardware", VIRTUAL]
        return "\n".join([*lines, *(f"  {layer}" for layer in MACHINE)])

    def description(self) -> str:
        """Return how many spaces stand on the kernel, and how many layers lie below a guest's processes."""
        count = plural(len(self.spaces), "space")
        return (
            f"The processes of {count} stand on one {self.kernel} kernel;"
            f" those of a virtual machine on {len(MACHINE) - 1} layers, two of them kernels"
        )

    def draw(self) -> Drawing:
        """Return the picture: two stacks that end at the same hardware line."""
        boxes = [(space, list(names)) for space, names in self.spaces.items()]
        inner = max(max(p.width(word) for word in [space, *names]) + 2 * m.PAD for space, names in boxes)
        left = max(COLUMN, len(boxes) * (inner + m.PAD) - m.PAD)
        tall = LAYER + m.ROW * max(len(names) for _, names in boxes)
        high = max(2 * LAYER + tall, len(MACHINE) * LAYER)
        top = m.MARGIN + m.ROW
        sheet = p.Paper(2 * m.MARGIN + left + 2 * m.GAP + COLUMN, top + high + m.MARGIN)
        sheet.text(m.MARGIN, m.MARGIN + m.ROW / 2 - m.PAD, "containers", bold=True)
        x = m.MARGIN + left + 2 * m.GAP
        sheet.text(x, m.MARGIN + m.ROW / 2 - m.PAD, VIRTUAL, colour=p.FAINT)
        bottom = top + high
        self._layer(sheet, m.MARGIN, bottom - LAYER, left, "hardware", p.FAINT)
        self._layer(
            sheet, m.MARGIN, bottom - 2 * LAYER, left, f"{self.kernel} kernel, one for all", p.TINTS[0][0]
        )
        for place, (space, names) in enumerate(boxes):
            self._box(
                sheet,
                (m.MARGIN + place * (inner + m.PAD), bottom - 2 * LAYER - tall, inner, tall),
                space,
                names,
            )
        for place, layer in enumerate(reversed(MACHINE)):
            kernel = "kernel" in layer
            self._layer(
                sheet, x, bottom - (place + 1) * LAYER, COLUMN, layer, p.TINTS[0][0] if kernel else p.FAINT
            )
        return sheet.drawing()

    def _layer(self, sheet: p.Paper, x: float, y: float, wide: float, word: str, ink: str) -> None:
        tint = p.TINTS[0][1] if ink == p.TINTS[0][0] else p.PAPER
        sheet.box(x, y + 1, wide, LAYER - 2, edge=ink, fill=tint)
        sheet.text(x + (wide - p.width(word)) / 2, y + LAYER / 2, word, colour=ink)

    def _box(
        self, sheet: p.Paper, where: tuple[float, float, float, float], space: str, names: list[str]
    ) -> None:
        x, y, wide, high = where
        ink, tint = p.TINTS[1]
        sheet.box(x, y, wide, high - 2, edge=ink, fill=tint)
        sheet.text(x + m.PAD, y + LAYER / 2, space, colour=ink, bold=True)
        for place, name in enumerate(names):
            sheet.text(x + m.PAD, y + LAYER + m.ROW * (place + 0.35), name)
