"""The kernel, for tests of the model that must agree with it."""

from __future__ import annotations

import pytest

from tests.state.propagation.walk import Walk
from tests.state.propagation.world import Zygote


@pytest.fixture(scope="session")
def zygote():
    """The process that worlds are forked from."""
    with Zygote() as made:
        yield made


@pytest.fixture
def walk(zygote):
    """A fresh world and its model: what is typed happens on both, and they are compared each time."""
    with Walk(zygote, "by hand") as made:
        yield made
