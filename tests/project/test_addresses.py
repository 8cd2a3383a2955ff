"""No file that is committed names a package index, a proxy, or a place on one machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
NOT_COMMITTED = {".git", ".hypothesis", ".ipynb_checkpoints", ".learner", ".mypy_cache", ".pytest_cache"}
NOT_COMMITTED |= {".ruff_cache", ".vagrant", ".venv", ".venv.lock", "__pycache__", "build", "dist"}
SHIPPED = re.compile(
    r"index[-_]url|find[-_]links(?! = /var/local/)|trusted[-_]host|https?[-_]proxy\s*[=:]|deb\.debian\.org"
    r"|archive\.ubuntu\.com|pythonhosted|registry\.npmjs|pypi\.org|/simple/|artifactory|/opt/wheels|(?<![\w.])/work/",
    re.IGNORECASE,
)
SCHEMES = ("http", "https")


def files() -> list[Path]:
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_COMMITTED]
        found += [Path(folder, name) for name in names if name not in NOT_COMMITTED]
    return [path for path in found if path != Path(__file__)]


def texts() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text(errors="replace") for path in files()}


def machine_words() -> set[str]:
    """Return this machine's own words: where the project and its Python lie, and pip's hosts."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    values = [line.partition("=")[2].strip("'") for line in listed.splitlines()]
    values += [value for name, value in os.environ.items() if name.lower().endswith(("proxy", "index_url"))]
    hosts = {
        urlsplit(word).hostname for value in values for word in value.split() if word.startswith(SCHEMES)
    }
    places = {str(ROOT), sys.prefix}
    return {word for word in hosts | places if word and word.count("/") != 1}


def test_the_walk_sees_the_project():
    assert {"course", "pyproject.toml", ".ci/run", "nslab/__init__.py"} <= set(texts())


def test_no_file_names_a_package_index_or_a_proxy():
    found = [f"{name}: {match[0]}" for name, text in texts().items() for match in SHIPPED.finditer(text)]
    assert found == []


def test_no_file_holds_this_machines_own_paths_and_hosts():
    words = machine_words()
    assert [f"{name}: {word}" for name, text in texts().items() for word in words if word in text] == []
