"""Every committed notebook keeps to the rules of hygiene.py, and each rule finds what breaks it."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest
from hygiene import RULES
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
FIGURE = {
    "text/plain": "twin",
    "text/html": '<figure><img alt="a tree" src="data:x"></figure>',
    "image/svg+xml": "<svg/>",
}


def complaints(notebook) -> list[str]:
    return [complaint for rule in RULES for complaint in rule(notebook)]


def good():
    """Return a notebook that keeps to every rule."""
    run = new_code_cell("lab", execution_count=1, outputs=[new_output("display_data", data=dict(FIGURE))])
    address = new_code_cell(
        "web", execution_count=2, outputs=[new_output("stream", text="10.0.0.2 192.0.2.1\n")]
    )
    return new_notebook(cells=[new_markdown_cell("# Title"), run, new_markdown_cell("Look."), address])


def broken(change):
    notebook = copy.deepcopy(good())
    change(notebook, notebook.cells[1], notebook.cells[1].outputs[0])
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_keeps_to_every_rule(path: Path):
    assert complaints(nbformat.read(path, as_version=4)) == []


def test_a_good_notebook_has_no_complaint():
    assert complaints(good()) == []


def set_count(notebook, cell, output):
    cell.execution_count = None


def set_tag(notebook, cell, output):
    cell.metadata["tags"] = ["nbval-ignore-output"]


def set_source(source: str):
    def change(notebook, cell, output):
        cell.source = source

    return change


def set_text(text: str):
    def change(notebook, cell, output):
        output.data = {"text/plain": text}

    return change


def second_heading(notebook, cell, output):
    notebook.cells[2].source = "# Another"


def no_prose(notebook, cell, output):
    del notebook.cells[2]


def no_alt(notebook, cell, output):
    output.data["text/html"] = '<img alt="" src="data:x">'


def no_image(notebook, cell, output):
    del output.data["text/html"]


def no_twin(notebook, cell, output):
    del output.data["text/plain"]


def an_error(notebook, cell, output):
    cell.outputs = [new_output("error", ename="OSError", evalue="no", traceback=[])]


def a_warning(notebook, cell, output):
    cell.outputs = [new_output("stream", name="stderr", text="careful\n")]


def widget_state(notebook, cell, output):
    notebook.metadata["widgets"] = {}


def a_version(notebook, cell, output):
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.2"}


def a_time(notebook, cell, output):
    cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01"}


def an_id_twice(notebook, cell, output):
    cell.id = notebook.cells[0].id


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_count, "execution count None and should have 1"),
        (set_tag, "is tagged nbval-ignore-output"),
        (set_source("# NBVAL_SKIP\nlab"), "tells nbval to look away"),
        (set_source("lab;"), "ends in a semicolon"),
        (set_source("%time lab"), "output never repeats"),
        (set_source("!ls"), "runs a command through `!`"),
        (set_source("listed = !ls"), "runs a command through `!`"),
        (set_source("clear_output()"), "changes an output"),
        (set_source("interact(show)"), "hides its output"),
        (set_source("\n".join("abcdefghijklm")), "has 13 lines, and 12 is the limit"),
        (second_heading, "there are 2 top headings"),
        (no_prose, "the code cell 'web' has no prose before it"),
        (no_alt, "no alt text"),
        (no_image, "no <img alt> in text/html"),
        (no_twin, "no text twin"),
        (an_error, "not tagged raises-exception"),
        (a_warning, "writes to stderr"),
        (set_text("/home/ada/notes"), "a home folder of one machine"),
        (set_text("<Lab at 0x7f00>"), "an address in memory"),
        (set_text("via 9.9.9.9"), "the public address 9.9.9.9"),
        (set_text("x\n" * 26), "shows 26 lines of text, and 25 is the limit"),
        (widget_state, "the state of widgets is saved"),
        (a_version, "the version of Python is saved"),
        (a_time, "times of execution are saved"),
        (an_id_twice, "an id of its own"),
    ],
)
def test_each_rule_finds_what_breaks_it(change, said: str):
    found = complaints(broken(change))
    assert len(found) == 1
    assert said in found[0]
