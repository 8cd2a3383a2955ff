"""What a committed notebook must keep to, beyond outputs that are true: one function a rule.

Each rule takes a notebook and yields a complaint for each place that breaks it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbformat import NotebookNode

CODE_LINES = 12
OUTPUT_LINES = 25
BYTES = 4_000_000
TAGS = {
    "nbval-skip",
    "nbval-ignore-output",
    "nbval-check-output",
    "pytest-validate-ignore-output",
    "skip-execution",
}
SOURCE = {
    r"(?i)#\s*(nbval_|pytest_validate_)": "tells nbval to look away",
    r";\s*\Z": "ends in a semicolon, which silences in one front end only",
    r"(?m)^\s*[%!]{1,2}(time|timeit|capture|prun)\b": "uses a magic whose output never repeats",
    r"(?m)^\s*\w*\s*=?\s*!": "runs a command through `!`, on a terminal; use %%in",
    r"\b(clear_output|display_id|update_display|tqdm)\b": "changes an output after it was shown",
    r"\b(interact|interactive|Output)\(": "hides its output in a widget's state",
}
OUTPUT = {
    r"(?<![\w/])/(home|Users)/\w": "shows a home folder of one machine",
    r"\.venv/|/ipykernel_\d|course\.\w{6}/": "shows a path of one machine",
    r"\bat 0x[0-9a-f]+|\b0x[0-9a-f]{8,}": "shows an address in memory",
}
ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d)")
IMAGE = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r"""\balt=(["'])\s*[^\s"']""")


def code_cells(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """Return each code cell with the words to name it by."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        (f"code cell {number} ({_first_line(cell)!r})", cell) for number, cell in enumerate(cells, start=1)
    ]


def _first_line(cell: NotebookNode) -> str:
    return cell.source.strip().partition("\n")[0][:60]


def texts(output: NotebookNode) -> Iterator[str]:
    """Yield every text of an output but its pictures."""
    yield from (output.get(key, "") for key in ("text", "evalue"))
    yield from (
        text for kind, text in output.get("data", {}).items() if kind in ("text/plain", "text/markdown")
    )


def counted_from_one(notebook: NotebookNode) -> Iterator[str]:
    """Executed once, from top to bottom, in a fresh kernel: nbval passes an unrun cell unchecked."""
    for number, (name, cell) in enumerate(code_cells(notebook), start=1):
        if cell.execution_count != number:
            yield f"{name} has execution count {cell.execution_count} and should have {number}"


def no_cell_looks_away(notebook: NotebookNode) -> Iterator[str]:
    """No tag that keeps a cell from being run or compared."""
    for name, cell in code_cells(notebook):
        for tag in sorted(TAGS & set(cell.metadata.get("tags", []))):
            yield f"{name} is tagged {tag}"


def sources_repeat(notebook: NotebookNode) -> Iterator[str]:
    """No code whose output differs between runs or front ends."""
    for name, cell in code_cells(notebook):
        yield from (f"{name} {why}" for pattern, why in SOURCE.items() if re.search(pattern, cell.source))


def one_heading(notebook: NotebookNode) -> Iterator[str]:
    """Exactly one H1, in the first cell."""
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    found = [cell for cell in prose for line in cell.source.splitlines() if re.match(r"#\s", line)]
    if len(found) != 1 or found[0] is not notebook.cells[0]:
        yield f"there are {len(found)} top headings (# …), and there should be one, in the first cell"


def prose_before_code(notebook: NotebookNode) -> Iterator[str]:
    """Every code cell follows prose that says what to look for."""
    before = [None, *notebook.cells]
    for cell, previous in zip(notebook.cells, before, strict=False):
        if cell.cell_type == "code" and (previous is None or previous.cell_type != "markdown"):
            yield f"the code cell {_first_line(cell)!r} has no prose before it"


def figures_have_words(notebook: NotebookNode) -> Iterator[str]:
    """Every picture comes with alt text and a text twin."""
    for name, cell in code_cells(notebook):
        for data in (output.get("data", {}) for output in cell.outputs):
            html = data.get("text/html", "")
            if any(kind.startswith("image/") for kind in data) and not IMAGE.search(html):
                yield f"{name} shows a picture with no <img alt> in text/html"
            if any(not ALT.search(image) for image in IMAGE.findall(html)):
                yield f"{name} shows a picture with no alt text"
            if ("text/html" in data or "image/svg+xml" in data) and not data.get("text/plain", "").strip():
                yield f"{name} shows a picture with no text twin"


def no_surprises(notebook: NotebookNode) -> Iterator[str]:
    """An error is shown only where the tag raises-exception says that it is meant; nothing on stderr."""
    for name, cell in code_cells(notebook):
        kinds = {output.output_type for output in cell.outputs}
        if "error" in kinds and "raises-exception" not in cell.metadata.get("tags", []):
            yield f"{name} ends in an error and is not tagged raises-exception"
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"{name} writes to stderr; a warning is not an output"


def outputs_fit_anywhere(notebook: NotebookNode) -> Iterator[str]:
    """No output that belongs to one machine: paths, memory addresses, public addresses."""
    for name, cell in code_cells(notebook):
        shown = "\n".join(text for output in cell.outputs for text in texts(output))
        yield from (f"{name} {why}" for pattern, why in OUTPUT.items() if re.search(pattern, shown))
        yield from (
            f"{name} shows the public address {each}" for each in ADDRESS.findall(shown) if _public(each)
        )


def _public(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


def metadata_is_bare(notebook: NotebookNode) -> Iterator[str]:
    """No widget state, no timing, no version of one Python; every cell has its id."""
    if "widgets" in notebook.metadata:
        yield "the state of widgets is saved; `./course run` leaves it out"
    if "version" in notebook.metadata.get("language_info", {}):
        yield "the version of Python is saved; `./course run` leaves it out"
    if any("execution" in cell.metadata for cell in notebook.cells):
        yield "times of execution are saved; `./course run` leaves them out"
    if len({cell.get("id") for cell in notebook.cells} - {None}) != len(notebook.cells):
        yield "not every cell has an id of its own; save it in notebook format 4.5"


def sizes_fit_a_screen(notebook: NotebookNode) -> Iterator[str]:
    """A cell and its text can be read at once, and the file stays small."""
    for name, cell in code_cells(notebook):
        if (lines := len(cell.source.strip().splitlines())) > CODE_LINES:
            yield f"{name} has {lines} lines, and {CODE_LINES} is the limit"
        words = [
            text
            for output in cell.outputs
            for text in texts(output)
            if "text/html" not in output.get("data", {})
        ]
        if (lines := len("".join(words).splitlines())) > OUTPUT_LINES:
            yield f"{name} shows {lines} lines of text, and {OUTPUT_LINES} is the limit"
    if (size := len(json.dumps(notebook))) > BYTES:
        yield f"the file has {size} bytes, and {BYTES} is the limit"


RULES: tuple[Callable[[NotebookNode], Iterator[str]], ...] = (
    counted_from_one,
    no_cell_looks_away,
    sources_repeat,
    one_heading,
    prose_before_code,
    figures_have_words,
    no_surprises,
    outputs_fit_anywhere,
    metadata_is_bare,
    sizes_fit_a_screen,
)
