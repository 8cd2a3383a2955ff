"""A JupyterLab as `course lab` starts it, with a home and a folder of its own, and no trace afterwards."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that JupyterLab has to start, and again to end."""
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/lab\S*?(\?token=\w+)")


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: where it answers, and the folder that it shows."""

    base: str
    token: str
    folder: Path

    def address(self, notebook: str) -> str:
        """Return the address that opens *notebook*, a file name in `folder`, and nothing else."""
        return f"{self.base}/lab/tree/{notebook}{self.token}&reset"

    def put(self, name: str, notebook: NotebookNode) -> str:
        """Write *notebook*, for this Python's kernel, into `folder` as the file *name*; return the name."""
        path = self.folder / name
        notebook.metadata.setdefault("kernelspec", KERNEL)
        nbformat.write(notebook, path)
        path.chmod(0o666)
        return name

    def settle(self, plugin: str, **settings: object) -> None:
        """Change *settings* of a JupyterLab *plugin*, as its settings editor does, for pages opened later."""
        address = f"{self.base}/lab/api/settings/{plugin}{self.token}"
        body = json.dumps({"raw": json.dumps(settings)}).encode()
        with urllib.request.urlopen(urllib.request.Request(address, body, method="PUT"), timeout=PATIENCE):
            pass


@contextmanager
def course_lab() -> Iterator[Server]:
    """Start `course lab` on an empty folder of its own; end it, and see that no process of it is left.

    Raises AssertionError with what the server said if it does not start, or with
    the command lines of the processes that outlive it.
    """
    home = Path(tempfile.mkdtemp(prefix="course-browser-", dir="/tmp"))
    try:
        folder = _open_folder(home / "notebooks")
        with _started(folder, home) as process:
            try:
                yield _answering(process, folder, home / "log")
            finally:
                _end(process)
        left = _left_behind(home)
        assert left == [], f"JupyterLab has ended, and left behind: {left}"
    finally:
        shutil.rmtree(home)


def _started(folder: Path, home: Path) -> subprocess.Popen[bytes]:
    with (home / "log").open("wb") as log:
        return subprocess.Popen(_command(folder), env=_environment(home), stderr=log, start_new_session=True)


def _open_folder(folder: Path) -> Path:
    """Make *folder* for whoever `course lab` goes on as."""
    folder.parent.chmod(0o755)
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def _command(folder: Path) -> list[str]:
    return [
        str(ROOT / "course"),
        "lab",
        "--no-browser",
        "--ServerApp.port=0",
        f"--FileContentsManager.root_dir={folder}",
        f"--MappingKernelManager.root_dir={folder}",
    ]


def _environment(home: Path) -> dict[str, str]:
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {name: str(_open_folder(home / name.lower())) for name in names}
    return {**os.environ, **own, "COURSE_HOME": str(home / "learner")}


def _answering(process: subprocess.Popen[bytes], folder: Path, log: Path) -> Server:
    """Wait for the address in the log, and for the port, which opens a moment later."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if found := ADDRESS.search(log.read_text()):
            server = Server(found[1], found[2], folder)
            if _answers(server):
                return server
        time.sleep(0.05)
    raise AssertionError(f"course lab did not start:\n{log.read_text()}")


def _answers(server: Server) -> bool:
    try:
        with urllib.request.urlopen(f"{server.base}/api{server.token}", timeout=PATIENCE):
            return True
    except urllib.error.URLError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def _left_behind(home: Path) -> list[str]:
    """Return the command lines of processes that know *home* a second after their server has ended."""
    deadline = time.monotonic() + 1.0
    while (left := _processes_that_know(home)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _processes_that_know(home: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if bytes(home) in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found
