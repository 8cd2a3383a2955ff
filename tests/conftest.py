"""What every test may ask for."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from nslab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_configure() -> None:
    """Take Ctrl-C, as a kernel does: a shell starts what runs in the background with it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A fresh lab that prints nothing, closed at the end."""
    with Lab(quiet=True) as made:
        yield made
