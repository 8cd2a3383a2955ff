"""The layers import in one direction, and what must be light is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("linux", "lab", "state", "view", "front")
HEAVY = ("IPython", "ipywidgets", "matplotlib", "numpy", "pyroute2", "asyncio")


def modules() -> list[Path]:
    return sorted((ROOT / "nslab").rglob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    """Return the name of every module that a file imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports by a relative name"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def height(module: str) -> int:
    """Return a module's layer, counted from below; what lies beside the layers is above them all."""
    parts = module.split(".")
    return LAYERS.index(parts[1]) if len(parts) > 1 and parts[1] in LAYERS else len(LAYERS)


def layers_of(names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == "nslab" and len(name.split(".")) > 1}


def test_each_layer_imports_lower_ones_only():
    upward = [
        f"{module_name(path)} imports {name}"
        for path in modules()
        for name in sorted(layers_of(imported(path)))
        if height(name) > height(module_name(path))
    ]
    assert upward == []


def test_the_lowest_layers_import_the_standard_library_only():
    known = {"nslab", *sys.stdlib_module_names}
    foreign = [
        f"{module_name(path)} imports {name}"
        for path in modules()
        if height(module_name(path)) < LAYERS.index("state")
        for name in sorted(imported(path))
        if name.split(".")[0] not in known
    ]
    assert foreign == []


def test_nothing_draws_through_pyplot():
    users = [module_name(path) for path in modules() if any("pyplot" in name for name in imported(path))]
    assert users == []


@pytest.mark.parametrize("what", ["nslab", "nslab.front.lab"])
def test_an_import_loads_nothing_heavy(what: str):
    code = f"import sys, {what}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []
