"""The one door to system calls that Python's os module lacks.

Every call goes through :func:`call`: full argument types, the C library's errno
read at once, and a refusal that says which call it was and with which arguments.
"""

from __future__ import annotations

import ctypes
import os

from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_LIBRARY = ctypes.CDLL(None, use_errno=True)

Int = ctypes.c_int
UInt = ctypes.c_uint
Long = ctypes.c_long
ULong = ctypes.c_ulong
Text = ctypes.c_char_p
Pointer = ctypes.c_void_p


def function(name: str, *argtypes: Any, restype: Any = Int) -> Callable[..., int]:
    """Return the C library's function *name* with its argument types set.

    Raises AttributeError when the C library has no such function.
    Source: ctypes, "Specifying the required argument types".
    """
    found = getattr(_LIBRARY, name)
    found.argtypes = argtypes
    found.restype = restype
    return found  # type: ignore[no-any-return]


_syscall = function("syscall", Long, Long, Long, Long, Long, Long, Long, restype=Long)


def call(name: str, made: Callable[..., int], arguments: Sequence[Any], *, shown: str) -> int:
    """Call *made* with *arguments*; return its result, 0 or more.

    *shown* is the call's arguments as a person would write them. Raises
    KernelRefused with errno, its name, the call and the arguments when the
    result is -1. Source: errno(3).
    """
    result = made(*arguments)
    if result == -1:
        raise KernelRefused(ctypes.get_errno(), name, shown)
    return result


def syscall(name: str, number: int, *arguments: int, shown: str) -> int:
    """Make system call *number* with up to six integer or address arguments.

    Raises KernelRefused as :func:`call` does. Source: syscall(2).
    """
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    return call(name, _syscall, (number, *padded), shown=shown)


def path(value: str | bytes | os.PathLike[str] | None) -> bytes | None:
    """Return a path as the bytes a system call takes; None stays NULL.

    Raises ValueError when the path holds a NUL byte. Source: path_resolution(7).
    """
    if value is None:
        return None
    encoded = os.fsencode(value)
    if b"\0" in encoded:
        raise ValueError(f"a path cannot hold a NUL byte: {encoded!r}; leave that byte out")
    return encoded
