"""`course run` saves what a fresh kernel shows, and a second run changes no byte."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import nbformat
import pytest
from execution import NotebookFailed, executed, main, written
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_committed_notebook_would_not_change(path: Path):
    saved, fresh = path.read_text().splitlines(), written(executed(path)).splitlines()
    changes = list(unified_diff(saved, fresh, "saved", "executed again", n=8, lineterm=""))
    assert not changes, "\n".join(line[:200] for line in changes[:60])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.ipynb"


def save(path: Path, *sources: str) -> None:
    cells = [new_markdown_cell("# Small"), *(new_code_cell(source) for source in sources)]
    nbformat.write(new_notebook(cells=cells), path)


def test_a_second_run_changes_no_byte(path: Path):
    save(path, "import os\nos.readlink('/proc/self/ns/mnt')", "print(1)\nprint(2)", "f'mnt:[{os.getpid()}]'")
    path.write_text(written(executed(path)))
    assert written(executed(path)) == path.read_text()


def test_a_changed_output_is_saved(path: Path):
    save(path, "1 + 1")
    notebook = executed(path)
    notebook.cells[1].outputs[0].data["text/plain"] = "3"
    path.write_text(written(notebook))
    assert executed(path).cells[1].outputs[0].data["text/plain"] == "2"


def test_what_differs_between_machines_is_left_out(path: Path):
    save(path, "1 + 1")
    notebook = executed(path)
    assert "version" not in notebook.metadata.language_info
    assert notebook.metadata.kernelspec.name == "python3"
    assert "execution" not in notebook.cells[1].metadata
    assert notebook.cells[1].execution_count == 1


def test_only_what_changed_is_written(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    save(path, "1 + 1")
    into = tmp_path / "into"
    made = into / path.relative_to("/")
    assert main(["--into", str(into), str(path)]) == 0
    path.write_text(made.read_text())
    made.unlink()
    assert main(["--into", str(into), str(path)]) == 0
    assert not made.exists()
    said = capsys.readouterr().err
    assert said == "course: small.ipynb: new outputs\ncourse: small.ipynb: unchanged\n"


def test_a_failing_cell_is_named_in_one_sentence_and_nothing_is_written(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    save(path, "1 / 0")
    assert main(["--into", str(tmp_path / "into"), str(path)]) == 1
    assert capsys.readouterr().err == "course: small.ipynb stops with ZeroDivisionError: division by zero\n"
    assert not (tmp_path / "into").exists()


def test_what_is_no_notebook_is_refused(path: Path):
    path.write_text("{")
    with pytest.raises(NotebookFailed, match=r"small\.ipynb can't be read as a notebook"):
        executed(path)
