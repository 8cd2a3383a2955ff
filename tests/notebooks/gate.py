"""The notebook gate: nbval made strict, with kernels that see what any front end gives them.

A pytest plugin. nbval leaves metadata, PNG and JPEG out of the comparison, and
its kernels inherit PYTEST_CURRENT_TEST, which makes ipykernel drop what child
processes print. Both holes are closed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernels import kernel_environment
from nbval.plugin import IPyNbFile

if TYPE_CHECKING:
    import pytest

COMPARED_AFTER_ALL = {"metadata", "image/png", "image/jpeg"}


def pytest_configure(config: pytest.Config) -> None:
    """Find the sanitizer's patterns from any working directory."""
    config.option.nbval_sanitize_with = str(config.rootpath / "tests" / "sanitize.cfg")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Compare every kind of output, and start the kernel in a plain environment."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = tuple(set(collector.skip_compare) - COMPARED_AFTER_ALL)
        collector.setup = _in_kernel_environment(collector.setup)


def _in_kernel_environment(setup):
    def wrapped() -> None:
        with kernel_environment():
            setup()

    return wrapped
