"""How a Python function travels into a space.

A function of the standard library or of nslab goes by name. Any other goes as
its code, together with what it refers to: modules by name, functions as code,
plain data as it is. This is one way only: nothing like it comes back.
"""

from __future__ import annotations

import builtins
import marshal
import sys
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MISSING = object()
_PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, dict)


def pack(function: Callable[..., Any]) -> tuple[Any, ...]:
    """Return *function* as plain data for :func:`unpack` in a space.

    Raises TypeError that names what cannot travel.

    >>> import os.path
    >>> pack(os.path.basename)
    ('name', 'posixpath', 'basename')
    """
    return _Packer().pack(function, getattr(function, "__name__", "the function"))


def unpack(packed: tuple[Any, ...]) -> Any:
    """Return the function that *packed* describes, importing what it names."""
    return _Unpacker().unpack(packed)


class _Packer:
    """Packs one function; a function met again is referred to by number."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def pack(self, value: Any, name: str) -> tuple[Any, ...]:
        if isinstance(value, ModuleType):
            return ("module", value.__name__)
        if _goes_by_name(value):
            return ("name", _home(value), value.__qualname__)
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, _PLAIN):
            return ("data", value)
        raise TypeError(
            f"{name!r} is a {type(value).__name__} and cannot travel into a space; "
            "use functions, modules and plain data there, or create it inside the function"
        )

    def _function(self, function: FunctionType) -> tuple[Any, ...]:
        if id(function) in self._seen:
            return ("again", self._seen[id(function)])
        number = self._seen[id(function)] = len(self._seen)
        code = function.__code__
        cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
        closure = [self.pack(cell.cell_contents, name) for name, cell in cells]
        used = {
            name: self.pack(function.__globals__[name], name)
            for name in sorted(_names(code))
            if function.__globals__.get(name, _MISSING) is not _MISSING
        }
        defaults = [self.pack(value, "a default") for value in function.__defaults__ or ()]
        keywords = {name: self.pack(value, name) for name, value in (function.__kwdefaults__ or {}).items()}
        return ("code", number, marshal.dumps(code), function.__name__, used, closure, defaults, keywords)


class _Unpacker:
    def __init__(self) -> None:
        self._made: dict[int, FunctionType] = {}

    def unpack(self, packed: tuple[Any, ...]) -> Any:
        kind, *rest = packed
        made: Any = getattr(self, f"_{kind}")(*rest)
        return made

    def _module(self, name: str) -> ModuleType:
        return sys.modules.get(name) or _imported(name)

    def _name(self, module: str, qualname: str) -> Any:
        found: Any = self._module(module)
        for part in qualname.split("."):
            found = getattr(found, part)
        return found

    def _data(self, value: Any) -> Any:
        return value

    def _again(self, number: int) -> FunctionType:
        return self._made[number]

    def _code(
        self,
        number: int,
        code: bytes,
        name: str,
        used: dict[str, Any],
        closure: list[Any],
        defaults: list[Any],
        keywords: dict[str, Any],
    ) -> FunctionType:
        space: dict[str, Any] = {"__builtins__": builtins, "__name__": "space"}
        cells = tuple(CellType() for _ in closure)
        made = FunctionType(marshal.loads(code), space, name, None, cells)
        self._made[number] = made
        space.update((key, self.unpack(value)) for key, value in used.items())
        for cell, value in zip(cells, closure, strict=True):
            cell.cell_contents = self.unpack(value)
        made.__defaults__ = tuple(self.unpack(value) for value in defaults) or None
        made.__kwdefaults__ = {key: self.unpack(value) for key, value in keywords.items()} or None
        return made


def _goes_by_name(value: Any) -> bool:
    if not isinstance(value, (FunctionType, BuiltinFunctionType, type)):
        return False
    top = _home(value).partition(".")[0]
    return (
        "<" not in value.__qualname__
        and (top == "nslab" or top in sys.stdlib_module_names)
        and top != "__main__"
    )


def _home(value: Any) -> str:
    return getattr(value, "__module__", None) or "builtins"


def _names(code: CodeType) -> set[str]:
    """Return every global name that *code* and the functions inside it may use."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def _imported(name: str) -> ModuleType:
    __import__(name)
    return sys.modules[name]
