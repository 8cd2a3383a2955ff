"""An exception's journey out of a space: described there, made again here.

What travels is plain data. Only exceptions that Python or this package define
come back as themselves; a space can't name a class to be loaded.
"""

from __future__ import annotations

import builtins

from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SpaceError(Exception):
    """A function failed in a space with an exception that only exists there."""


def described(error: BaseException) -> dict[str, Any]:
    """Return *error* as plain data: type, text, errno, and the lines it came through."""
    frames = []
    at = error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        frames.append((code.co_filename, at.tb_lineno, code.co_name))
        at = at.tb_next
    return {
        "type": type(error).__name__,
        "text": str(error),
        "errno": getattr(error, "errno", None),
        "strerror": getattr(error, "strerror", None),
        "filename": _plain_text(getattr(error, "filename", None)),
        "call": getattr(error, "call", ""),
        "arguments": getattr(error, "arguments", ""),
        "step": getattr(error, "step", ""),
        "frames": frames,
    }


def _plain_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def restored(said: dict[str, Any], space: str) -> Exception:
    """Return the exception that *said* describes, with the remote lines as a note.

    Exceptions without a class here become SpaceError.
    """
    error = _made(said)
    lines = _remote_lines(said.get("frames", ()))
    if lines:
        error.add_note(f"In space {space!r}:\n" + "\n".join(lines))
    return error


def _made(said: dict[str, Any]) -> Exception:
    kind = str(said.get("type"))
    number = said.get("errno")
    if kind == "KernelRefused" and isinstance(number, int):
        refused = KernelRefused(number, str(said.get("call")), str(said.get("arguments")))
        refused.step = str(said.get("step"))
        return refused
    found = getattr(builtins, kind, None)
    if not (isinstance(found, type) and issubclass(found, Exception)):
        return SpaceError(f"{kind}: {said.get('text')}")
    if issubclass(found, OSError) and isinstance(number, int):
        filename = said.get("filename")
        return OSError(number, str(said.get("strerror")), *([filename] if filename else []))
    try:
        return found(str(said.get("text")))
    except TypeError:
        return SpaceError(f"{kind}: {said.get('text')}")


def _remote_lines(frames: Any) -> list[str]:
    """Return the lines of a traceback, without those of the agent itself."""
    import linecache

    shown = []
    for filename, line, name in frames:
        if "/nslab/lab/" not in str(filename):
            shown.append(f'  File "{filename}", line {line}, in {name}')
            source = linecache.getline(str(filename), int(line)).strip()
            shown.extend([f"    {source}"] if source else [])
    return shown
