"""The bundle in which every object is shown: a text twin and a picture that say the same."""

from __future__ import annotations

import hashlib
import html
import io
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nslab.view.outline import slim

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from matplotlib.figure import Figure as Drawing


class Figure(ABC):
    """An object that shows itself as text and as a picture.

    ``repr`` is the text twin. JupyterLab takes the HTML, an image with its
    description, which also shows in a notebook that is not trusted yet.
    """

    @abstractmethod
    def text(self) -> str:
        """Return the text twin, which says all that the picture says."""

    @abstractmethod
    def description(self) -> str:
        """Return one sentence of what the picture shows, for those who can't see it."""

    @abstractmethod
    def draw(self) -> Drawing:
        """Return the picture as a matplotlib figure."""

    def svg(self) -> str:
        """Return the picture as SVG, byte for byte the same for the same content."""
        import matplotlib

        salt = hashlib.sha256(self.text().encode()).hexdigest()[:16]
        written = io.StringIO()
        with matplotlib.rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
            self.draw().savefig(written, format="svg", metadata={"Date": None, "Creator": None})
        return _slim(written.getvalue())

    def save(self, path: str | Path) -> None:
        """Write the picture to *path*; its ending says the format, such as .png or .svg. Raises OSError."""
        self.draw().savefig(path, dpi=150)

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        svg = self.svg()
        return {
            "text/plain": self.text(),
            "text/html": _as_html(svg, self.description()),
            "image/svg+xml": svg,
        }


_OUTLINE = re.compile(r'(?<= d=")[^"]+')
_HEAD = re.compile(r"<\?xml.*?(?=<svg)|<metadata>.*?</metadata>\s*", re.DOTALL)


def _slim(svg: str) -> str:
    """Return the same picture in half the letters."""
    return _HEAD.sub("", _OUTLINE.sub(lambda found: slim(found.group()), svg))


def _as_html(svg: str, description: str) -> str:
    """Return the picture as an image: inline, it would share its inner names with others on the page."""
    said = html.escape(description, quote=True)
    data = quote(svg, safe=" /:=;,.-+()!*'&$@?~_")
    source = html.escape(f"data:image/svg+xml,{data}", quote=True)
    return f'<figure style="margin:0"><img alt="{said}" style="max-width:100%" src="{source}"></figure>'
