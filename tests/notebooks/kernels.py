"""The environment that a notebook's kernel is tested and saved in."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = {"COLUMNS": "100", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "PAGER": "cat", "TERM": "dumb", "TZ": "UTC"}
DROPPED = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION", "MPLBACKEND", "PYTHONWARNINGS")


@contextmanager
def kernel_environment() -> Iterator[None]:
    """Start kernels inside this block: no trace of pytest, no user's IPython settings, no colours."""
    with tempfile.TemporaryDirectory(prefix="course-ipython-") as settings, mock.patch.dict(os.environ):
        for name in DROPPED:
            os.environ.pop(name, None)
        os.environ.update(PLAIN, IPYTHONDIR=settings)
        yield
