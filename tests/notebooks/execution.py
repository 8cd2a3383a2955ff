"""Execute notebooks again and save their outputs; a second run changes no byte.

Usage: execution.py --into FOLDER NOTEBOOK...
What changed is written to FOLDER, under each notebook's absolute path.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from kernels import kernel_environment
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from nbval.plugin import get_sanitize_patterns
from traitlets import default

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbformat import NotebookNode

CELL_TIMEOUT = 60
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"
"""A view of a widget that lives only as long as its kernel; what is saved is its picture and its text."""
SANITIZER = Path(__file__).parents[1] / "sanitize.cfg"


class _OwnKernel(AsyncKernelManager):
    """The kernel of this very Python, as nbval has it."""

    @default("kernel_spec_manager")
    def _nbvals(self) -> NbvalKernelspecManager:
        return NbvalKernelspecManager(parent=self)


class NotebookFailed(RuntimeError):
    """A notebook could not be executed; the message names it and says why."""


def read(path: Path) -> NotebookNode:
    """Return the notebook at *path*. Raises NotebookFailed."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise NotebookFailed(f"{path.name} can't be read as a notebook: {error}") from error


def executed(path: Path) -> NotebookNode:
    """Return the notebook at *path* with fresh outputs, as it should be saved.

    Saved outputs stay as they are where only what tests/sanitize.cfg looks past has changed.
    Raises NotebookFailed, with the cell that went wrong.
    """
    saved, fresh = read(path), read(path)
    _execute(fresh, path)
    _normalise(fresh)
    if sources(saved) == sources(fresh):
        for old, new in zip(code_cells(saved), code_cells(fresh), strict=True):
            if comparable(old.outputs) == comparable(new.outputs):
                new.outputs = old.outputs
    return fresh


def written(notebook: NotebookNode) -> str:
    """Return the text of a notebook's file."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the notebook's code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def sources(notebook: NotebookNode) -> list[str]:
    """Return the source of each code cell."""
    return [cell.source for cell in code_cells(notebook)]


def comparable(outputs: Iterable[Any]) -> list[Any]:
    """Return outputs, in order, without what the sanitizer looks past and the counts."""
    patterns = get_sanitize_patterns(SANITIZER.read_text())
    return [_sanitized(dict(output, execution_count=None, traceback=None), patterns) for output in outputs]


def _sanitized(value: Any, patterns: Sequence[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        return {key: _sanitized(each, patterns) for key, each in value.items()}
    if isinstance(value, list):
        return [_sanitized(each, patterns) for each in value]
    if isinstance(value, str):
        for regex, replace in patterns:
            value = re.sub(regex, replace, value)
    return value


def _execute(notebook: NotebookNode, path: Path) -> None:
    client = NotebookClient(
        notebook,
        kernel_manager_class=_OwnKernel,
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        with kernel_environment():
            asyncio.run(client.async_execute(stderr=subprocess.DEVNULL))
    except CellExecutionError as error:
        raise NotebookFailed(f"{path.name} stops with {error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise NotebookFailed(f"{path.name} has a cell that runs longer than {CELL_TIMEOUT} s") from error
    except DeadKernelError as error:
        raise NotebookFailed(f"{path.name} ends its kernel; run it by hand to see where") from error


def _normalise(notebook: NotebookNode) -> None:
    """Leave out what differs between machines and says nothing."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET, None)
            if "execution_count" in output:
                output.execution_count = number


def main(arguments: Sequence[str] | None = None) -> int:
    """Execute each notebook; return 0, or 1 if one failed."""
    parser = argparse.ArgumentParser(description="Execute notebooks again and save what changed.")
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("notebooks", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    failed = 0
    for path in options.notebooks:
        try:
            changed = _save(path, options.into)
        except NotebookFailed as error:
            failed = 1
            print(f"course: {error}", file=sys.stderr)
        else:
            print(f"course: {path.name}: {'new outputs' if changed else 'unchanged'}", file=sys.stderr)
    return failed


def _save(path: Path, into: Path) -> bool:
    """Write the executed notebook below *into* if it differs from its file; return whether it does."""
    text = written(executed(path))
    if text == path.read_text():
        return False
    target = into / path.absolute().relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return True


if __name__ == "__main__":
    sys.exit(main())
