"""Running a function in a fork of the agent: whatever it does to itself ends with it."""

from __future__ import annotations

import os

from nslab.lab import plain, shipping
from nslab.lab.failure import described

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

SIGKILL = 9


def run(packed: tuple[Any, ...], arguments: list[Any], named: dict[str, Any]) -> tuple[str, Any]:
    """Call a packed function in a child; return ``("done", value)`` or ``("failed", error)`` as plain data.

    ``("ended", 0)`` stands for a child that went without an answer. An interrupt
    kills the child. Raises OSError when no child can be made. Source: fork(2). Introduced in chapter 3.
    """
    reader, writer = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if not child:
        os.close(reader)
        _answer(writer, packed, arguments, named)
    os.close(writer)
    try:
        with open(reader, "rb") as file:
            told = file.read()
    except BaseException:
        os.kill(child, SIGKILL)
        raise
    finally:
        os.waitpid(child, 0)
    return plain.decode(told) if told else ("ended", 0)


def _answer(writer: int, packed: tuple[Any, ...], arguments: list[Any], named: dict[str, Any]) -> NoReturn:
    try:
        try:
            told = plain.encode(("done", shipping.unpack(packed)(*arguments, **named)))
        except BaseException as error:
            told = plain.encode(("failed", described(error)))
        with open(writer, "wb") as file:
            file.write(told)
    finally:
        os._exit(0)
