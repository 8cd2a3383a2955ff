"""`course`, the one way in, called as people call it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "course"
ANSWER = 60.0
"""Seconds that JupyterLab has to answer."""


def call(*arguments: str | Path, program: Path = COURSE, cwd: Path = ROOT, **variables: str):
    environment = {**os.environ, **variables}
    return subprocess.run(
        [program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("--lab",)])
def test_a_wrong_verb_shows_the_usage(arguments: tuple[str, ...]):
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ./course VERB")


def test_help_names_every_verb():
    done = call("help")
    assert done.returncode == 0
    assert re.findall(r"^  (\w+)", done.stdout, re.MULTILINE) == [
        *("lab", "test", "test", "run", "doctor", "python", "provision", "url"),
    ]


def test_python_gets_its_arguments_as_they_are():
    done = call("python", "-c", "import sys; print(sys.argv[1:])", "two words", "", "*")
    assert (done.stdout, done.stderr) == ("['two words', '', '*']\n", "")


def test_python_gives_its_status_back():
    assert call("python", "-c", "raise SystemExit(7)").returncode == 7


def test_it_works_from_another_folder_and_through_a_link(tmp_path: Path):
    link = tmp_path / "a link"
    link.symlink_to(COURSE)
    done = call(
        "python", "-c", "import os, nslab; print(os.getcwd(), nslab.__file__)", program=link, cwd=tmp_path
    )
    assert done.stdout == f"{tmp_path} {ROOT}/nslab/__init__.py\n"


def test_it_works_without_a_home():
    code = "import os; print(os.access(os.environ['HOME'], os.W_OK))"
    assert call("python", "-c", code, HOME="").stdout == "True\n"


@pytest.mark.parametrize(
    ("python", "why"),
    [
        ("/nowhere/python3", "there is no such command"),
        ("/bin/false", "it does not start"),
        ("/bin/true", "it is no Python"),
    ],
)
def test_a_python_that_does_not_do_is_refused_in_one_sentence(python: str, why: str):
    done = call("python", "-c", "", COURSE_PYTHON=python)
    assert (done.returncode, done.stderr) == (1, f"course: COURSE_PYTHON={python} can't be used: {why}\n")


def test_the_way_in_for_the_made_user_is_closed_to_anyone_else():
    done = call("--as-learner", os.readlink("/proc/self/ns/mnt"), "/tmp", "true")
    assert done.returncode == 1
    assert "inside a mount namespace that it has made" in done.stderr


def test_run_says_which_notebook_is_not_there():
    done = call("run", "notebooks/none.ipynb")
    assert (done.returncode, done.stderr) == (1, "course: there is no notebook notebooks/none.ipynb\n")


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A JupyterLab that `course lab` started, and its address with the token."""
    with tempfile.TemporaryDirectory(prefix="course-home-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "HOME": f"{folder}/home", "COURSE_HOME": f"{folder}/home"}
        Path(folder, "home").mkdir()
        command = [COURSE, "lab", "--no-browser", "--ServerApp.port=0"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process, _address(process)
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=ANSWER)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/lab\S*\?token=\w+", line):
            return found[0]
    raise AssertionError("".join(said))


def _status(address: str) -> int:
    deadline = time.monotonic() + ANSWER
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_lab_is_an_ordinary_users_and_asks_for_its_token(server: tuple[subprocess.Popen[str], str]):
    process, address = server
    base, token = re.fullmatch(r"(http://[^/]+)/.*(\?token=\w+)", address).groups()
    assert _status(f"{base}/api/contents{token}") == 200
    assert _status(f"{base}/api/contents") == 403
    assert os.stat(f"/proc/{process.pid}").st_uid != 0
