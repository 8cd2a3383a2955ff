"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A fresh lab that prints nothing, closed at the end."""
    with Lab(quiet=True) as made:
        yield made
