"""Every chapter as a learner meets it: `course lab`, a browser, Run All Cells."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from harness import Image, Output, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode
    from selenium.webdriver import Chrome
    from serving import Server

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
BROKEN = re.compile(r"error displaying|untrusted|javascript error|model not found|unsupported", re.IGNORECASE)
FAILURES = {"application/vnd.jupyter.error", "application/vnd.jupyter.stderr"}
"""What JupyterLab shows a traceback as, and what an ordinary cell has no business to print."""
LEGIBLE = 0.9
"""How far a figure may be scaled down: letters of 10 points, 13 pixels, stay above 9 pixels."""


@pytest.fixture(scope="module", params=sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest) -> Path:
    """One chapter's file in the checkout."""
    return request.param


@pytest.fixture(scope="module")
def saved(file: Path) -> NotebookNode:
    return nbformat.read(file, as_version=4)


@pytest.fixture(scope="module")
def unrun(server: Server, browser: Chrome, file: Path, saved: NotebookNode) -> Page:
    """The chapter as it lies in the checkout, opened and not run."""
    return Page(browser, server.address(server.put(f"saved_{file.name}", saved)))


@pytest.fixture(scope="module")
def chapter(server: Server, browser: Chrome, file: Path, saved: NotebookNode) -> Iterator[Page]:
    """The chapter without its outputs, run from top to bottom; the checkout's own file stays as it was."""
    before = file.read_bytes(), sorted(os.listdir(file.parent))
    page = Page(browser, server.address(server.put(file.name, without_outputs(saved))))
    page.run_all()
    yield page
    assert (file.read_bytes(), sorted(os.listdir(file.parent))) == before


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    bare = nbformat.from_dict(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return bare


def saved_images(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Return the cell and the alt text of each figure that the notebook file holds."""
    return [
        (number, alt)
        for number, cell in enumerate(notebook.cells)
        for output in cell.get("outputs", [])
        for alt in re.findall(r'<img alt="([^"]*)"', output.get("data", {}).get("text/html", ""))
    ]


def faults(image: Image) -> Iterator[str]:
    """Yield what is wrong with a figure on the page."""
    if not image.source.startswith("data:image/svg+xml"):
        yield f"comes from {image.source[:40]}"
    if min(image.natural + image.shown) <= 0:
        yield f"is not drawn: {image.natural}, {image.shown}"
    elif image.shown[0] < LEGIBLE * image.natural[0]:
        yield f"is {image.natural[0]} pixels wide and shown in {image.shown[0]}: its letters are too small"
    if image.shown[0] > image.room:
        yield f"is wider than its place of {image.room} pixels"
    if not image.alt.strip():
        yield "has no alt text"


def test_the_saved_figures_show_before_anything_is_run(unrun: Page, saved: NotebookNode):
    assert [(image.cell, image.alt) for image in unrun.images()] == saved_images(saved)
    assert [(image.alt, fault) for image in unrun.images() for fault in faults(image)] == []
    assert BROKEN.findall(unrun.text()) == []


def test_every_code_cell_runs_to_its_end(chapter: Page, saved: NotebookNode):
    count = Counter(cell.cell_type for cell in saved.cells)["code"]
    assert chapter.prompts() == [f"[{number}]:" for number in range(1, count + 1)]


def test_no_cell_shows_an_error_that_the_chapter_does_not_mean(chapter: Page, saved: NotebookNode):
    failed = [output for output in chapter.outputs() if output.kind in FAILURES]
    assert [output for output in failed if not meant(saved, output)] == []
    assert BROKEN.findall(chapter.text()) == []


def meant(notebook: NotebookNode, output: Output) -> bool:
    return "raises-exception" in notebook.cells[output.cell].metadata.get("tags", [])


def test_each_figure_is_drawn_legible_and_has_words(chapter: Page):
    assert [(image.alt, fault) for image in chapter.images() for fault in faults(image)] == []


def test_the_figures_are_the_saved_ones(chapter: Page, saved: NotebookNode):
    assert [(image.cell, image.alt) for image in chapter.images()] == saved_images(saved)


def test_a_screenshot_of_the_whole_chapter_is_kept(chapter: Page, file: Path, screenshots: Path):
    path = screenshots / f"{file.stem}.png"
    chapter.screenshot(path)
    assert path.stat().st_size > 100_000
