"""The gate lets a true notebook through and stops every other, with the project's own settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from execution import executed, written
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
FIGURE = (
    "from IPython.display import display\n"
    "display({'text/plain': 'twin', 'image/png': 'aGk=', 'image/svg+xml': '<svg/>'}, {'alt': 'a'}, raw=True)"
)
CHILD = "import subprocess\nsubprocess.run(['echo', 'from a child']).returncode"
SOURCES = (
    "1 + 1",
    FIGURE,
    CHILD,
    "import os, sys\nprint(sys.executable, os.environ.get('PYTEST_CURRENT_TEST'))",
)


def text_changed(cells) -> None:
    cells[0].outputs[0].data["text/plain"] = "3"


def png_changed(cells) -> None:
    cells[1].outputs[0].data["image/png"] = "aGo="


def svg_changed(cells) -> None:
    cells[1].outputs[0].data["image/svg+xml"] = "<svg></svg>"


def metadata_changed(cells) -> None:
    cells[1].outputs[0].metadata["alt"] = "b"


def child_unheard(cells) -> None:
    del cells[2].outputs[0]


def output_missing(cells) -> None:
    cells[0].outputs = []


TAMPERED: dict[str, Callable[..., None]] = {
    change.__name__: change
    for change in (text_changed, png_changed, svg_changed, metadata_changed, child_unheard, output_missing)
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return what became of each notebook's cells in one run of the gate."""
    folder = tmp_path_factory.mktemp("notebooks")
    true = folder / "true.ipynb"
    cells = [new_markdown_cell("# True"), *(new_code_cell(source) for source in SOURCES)]
    nbformat.write(new_notebook(cells=cells), true)
    true.write_text(written(executed(true)))
    for name, change in TAMPERED.items():
        notebook = nbformat.read(true, as_version=4)
        change(notebook.cells[1:])
        (folder / f"{name}.ipynb").write_text(written(notebook))
    found: dict[str, set[str]] = {}
    for verdict, name in re.findall(r"^(\w+) .*?(\w+)\.ipynb::", _run_gate(folder), re.MULTILINE):
        found.setdefault(name, set()).add(verdict)
    return found


def _run_gate(folder: Path) -> str:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "PYTEST"))
    }
    environment["PYTHONPATH"] = str(Path(__file__).parent)
    options = [
        "-c",
        ROOT / "pyproject.toml",
        "--rootdir",
        ROOT,
        "-p",
        "no:cacheprovider",
        "-p",
        "gate",
        "-rA",
        "-q",
    ]
    command = [sys.executable, "-m", "pytest", *options, folder]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def test_a_true_notebook_passes(verdicts: dict[str, set[str]]):
    assert verdicts["true"] == {"PASSED"}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_notebook_that_says_something_else_fails(verdicts: dict[str, set[str]], name: str):
    assert "FAILED" in verdicts[name]


def test_the_kernel_is_the_environments_own_and_knows_nothing_of_pytest(tmp_path: Path):
    path = tmp_path / "small.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(SOURCES[-1])]), path)
    assert executed(path).cells[0].outputs[0].text == f"{sys.executable} None\n"
