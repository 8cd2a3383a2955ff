"""``%%in SPACE``: a cell's lines, run in the shell that lives on in a space."""

from __future__ import annotations

import sys
import weakref
from typing import TYPE_CHECKING, Any, cast

from nslab.front.mounting import Mounting
from nslab.lab.link import SpaceGone
from nslab.lab.machine import NoLab
from nslab.lab.shell import ShellEnded, UnfinishedCommand
from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.front.lab import Lab
    from nslab.front.space import Space

PLAIN_ERRORS = (KernelRefused, NoLab, SpaceGone, ShellEnded, UnfinishedCommand)
"""Errors shown as their one sentence, without the lines of this package that they came through."""


def enable(lab: Lab) -> None:
    """Let ``%%in`` find the spaces of *lab*, when this is IPython; else do nothing."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    found = shell.magics_manager.registry.get("Labs")
    if found is None:
        found = Labs(shell)
        shell.magics_manager.registry["Labs"] = found
        shell.register_magic_function(found.in_space, "cell", "in")
        shell.set_hook("complete_command", found.complete, str_key="%%in")
        shell.set_custom_exc((*PLAIN_ERRORS,), _show_plainly)
    found.add(lab)


class Labs:
    """The labs of one notebook, newest last, and the magic that looks spaces up in them."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._labs: list[weakref.ref[Lab]] = []

    def add(self, lab: Lab) -> None:
        """Take in a lab; it is not kept alive by this."""
        self._labs = [known for known in self._labs if known() is not None]
        self._labs.append(weakref.ref(lab))

    def in_space(self, line: str, cell: str) -> None:
        """Run the cell's lines in the shell that lives on in a space, and print a transcript.

        %%in SPACE: the name of a space of the newest open lab, or an expression
        that is a space. Directory, variables, functions and background jobs stay
        for the next cell. An interrupt stops the command, not the shell.
        """
        space = self._find(line.strip())
        try:
            space.shell(cell, _write)
        except ShellEnded as ended:
            _write(_farewell(space.name, ended))

    def complete(self, shell: Any, event: Any) -> list[str]:
        """Return the names of spaces for the tab key behind ``%%in``."""
        return list(self._spaces())

    def _find(self, text: str) -> Space:
        spaces = self._spaces()
        if text in spaces:
            return spaces[text]
        try:
            # The learner's own expression, in the learner's own process.
            value = eval(text, self._shell.user_ns) if text else None
        except Exception:
            value = None
        if isinstance(value, Mounting):
            return cast("Space", value)
        known = ", ".join(spaces) or "none; make a lab first: lab = Lab()"
        raise SpaceGone(f"there is no space {text!r}; there is {known}")

    def _spaces(self) -> dict[str, Space]:
        """Return the spaces of the newest open lab; a quiet one, made by a program, counts only if alone."""
        labs = [lab for known in self._labs if (lab := known()) is not None and not lab.closed]
        spoken = [lab for lab in labs if not lab.quiet] or labs
        return dict(spoken[-1].spaces) if spoken else {}


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _farewell(space: str, ended: ShellEnded) -> str:
    if ended.killed:
        return f"[the shell of {space} ignored the interrupt and was ended; the next cell starts anew]\n"
    return f"[the shell of {space} ended with status {ended.status}; the next cell starts anew]\n"


def _show_plainly(
    shell: Any, kind: type, error: BaseException, trace: Any, tb_offset: int | None = None
) -> list[str]:
    """Show an error as its sentence alone: the way through this package teaches nobody."""
    lines = [f"{kind.__name__}: {error}", *getattr(error, "__notes__", [])]
    show: Callable[..., object] = shell._showtraceback
    show(kind, error, lines)
    return lines
