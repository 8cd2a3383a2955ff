"""Python modules for a space, fetched from the notebook's own installation.

A lab's root file system does not hold the notebook's Python, which may live
anywhere. So an agent asks over its wire for the code of a module that it lacks,
and the notebook answers from its files, without importing anything itself.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any

    Found = tuple[str, bytes, bool] | None


class Courier:
    """The agent's finder: asks *fetch* for modules, and keeps nothing on disk.

    Source: importlib, "The meta path"; memfd_create(2) for extension modules.
    """

    def __init__(self, fetch: Callable[[str], Found]) -> None:
        self._fetch = fetch

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return how to load module *name*, or None when the notebook has no such module."""
        found = self._fetch(name)
        if found is None:
            return None
        import _frozen_importlib

        kind, held, package = found
        if kind == "extension":
            return _extension(name, held)
        loader: Any = _CodeLoader(marshal.loads(held))
        spec: ModuleSpec = _frozen_importlib.ModuleSpec(name, loader, is_package=package)
        return spec


class _CodeLoader:
    def __init__(self, code: CodeType) -> None:
        self._code = code

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._code.co_filename
        exec(self._code, module.__dict__)


def _extension(name: str, held: bytes) -> ModuleSpec:
    import _frozen_importlib
    import _frozen_importlib_external

    memory = os.memfd_create(name)
    os.write(memory, held)
    path = f"/proc/self/fd/{memory}"
    loader = _frozen_importlib_external.ExtensionFileLoader(name, path)
    spec: ModuleSpec = _frozen_importlib.ModuleSpec(name, loader, origin=path)
    return spec


def look_up(name: str) -> Found:
    """Return kind, content and is-a-package of module *name* in this Python, or None.

    Reads files and runs none of them: parents are found by path, not imported.
    """
    from importlib.machinery import ExtensionFileLoader, PathFinder

    path: Any = None
    spec = None
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:depth]), _places() if path is None else path)
        if spec is None or spec.loader is None:
            return None
        path = list(spec.submodule_search_locations or [])
    loader: Any = spec.loader if spec else None
    if isinstance(loader, ExtensionFileLoader):
        with open(loader.path, "rb") as file:
            return "extension", file.read(), False
    return (
        "code",
        marshal.dumps(loader.get_code(name)),
        bool(spec and spec.submodule_search_locations is not None),
    )


def _places() -> list[str]:
    above = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return [above, *(place for place in sys.path if place)]
