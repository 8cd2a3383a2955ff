"""The last checks of a whole run: the machine is as it was, and the ordinary user's run passed too.

A pytest plugin. `course` names the two files in COURSE_MACHINE and COURSE_EARLIER;
without them, as in a run of a few tests by hand, there is nothing to check.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import machine
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Closing(pytest.Item):
    """A check that runs after every other test, whatever was selected."""

    def __init__(self, *, check: Callable[[Path], None], file: Path, **keywords) -> None:
        super().__init__(**keywords)
        self._check = check
        self._file = file

    def runtest(self) -> None:
        self._check(self._file)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style=None) -> str:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, None, str]:
        return Path(__file__), None, self.name


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Append the closing checks after anything has been deselected."""
    items.extend(_closing(session))


def _closing(session: pytest.Session) -> Iterator[Closing]:
    for variable, name, check in (
        ("COURSE_MACHINE", "the machine is as it was before the tests", machine_unchanged),
        ("COURSE_EARLIER", "the run as an ordinary user passed", earlier_passed),
    ):
        file = Path(os.environ.get(variable, ""))
        if file.is_file() and file.stat().st_size:
            yield Closing.from_parent(session, name=name, check=check, file=file)


def machine_unchanged(file: Path) -> None:
    """Compare the machine with what *file* says of it. Raises AssertionError that names each difference."""
    before, after = file.read_text().splitlines(), list(machine.facts())
    changes = [line for line in difflib.unified_diff(before, after, lineterm="", n=0) if line[0] in "+-"][2:]
    if changes:
        raise AssertionError("\n".join(["the tests changed the machine (- before, + after):", *changes]))


def earlier_passed(file: Path) -> None:
    """Raise AssertionError with the words of *file* if they say that the earlier run failed."""
    said = file.read_text()
    if "FAILED" in said:
        raise AssertionError(said)
