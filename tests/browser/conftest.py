"""One server and one browser for all tests here."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from harness import chromium
from serving import Server, course_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A JupyterLab on an empty folder, which keeps every cell of a notebook on the page, in sight or not."""
    with course_lab() as started:
        started.settle("@jupyterlab/notebook-extension:tracker", windowingMode="none")
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """A headless Chromium."""
    with chromium() as driver:
        yield driver


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where screenshots go: NSLAB_SCREENSHOTS, or a folder that goes with the test."""
    folder = Path(os.environ.get("NSLAB_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
