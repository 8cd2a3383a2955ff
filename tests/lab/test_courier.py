"""Modules are looked up as files; nothing is imported, so nothing runs, where they are looked up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from nslab.lab import courier

if TYPE_CHECKING:
    from pathlib import Path

    from nslab import Lab


def test_looking_a_module_up_does_not_run_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trap").mkdir()
    (tmp_path / "trap" / "__init__.py").write_text("raise SystemExit('it ran')")
    (tmp_path / "trap" / "inner.py").write_text("raise SystemExit('it ran')")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = courier.look_up("trap.inner")
    assert found is not None
    assert found[0] == "code"
    assert "trap" not in sys.modules


def test_what_is_not_there_is_none() -> None:
    assert courier.look_up("no_such_module_anywhere") is None
    assert courier.look_up("json.no_such_part") is None


def test_packages_and_extension_modules_load_in_a_space(lab: Lab) -> None:
    def use() -> tuple[str, str, int]:
        import decimal
        import email.message
        import sqlite3

        return decimal.__name__, email.message.Message.__name__, sqlite3.threadsafety

    assert lab.host.call(use)[:2] == ("decimal", "Message")


def test_a_missing_module_is_the_usual_error(lab: Lab) -> None:
    def use() -> None:
        import no_such_module_anywhere  # noqa: F401

    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        lab.host.call(use)
