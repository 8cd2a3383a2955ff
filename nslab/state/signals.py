"""What becomes of a signal: by its receiver's masks, and by whether that is pid 1 of its namespace."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nslab.state.processes import Process

KERNEL_ONLY = (signal.SIGKILL, signal.SIGSTOP)
"""Signals that no process can catch, ignore or block."""

_NOTHING = (signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH)
_STOPS = (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)


@dataclass(frozen=True, slots=True)
class Fate:
    """What the kernel does with a signal: ``word`` says it at once, ``why`` the rule, ``way_out`` what helps.

    The words are ``handled``, ``ends``, ``stops``, ``continues``, ``pending``, ``ignored``, ``dropped``.
    """

    word: str
    why: str
    way_out: str = ""


def number(name: str | int) -> int:
    """Return the number of a signal by its name, with or without SIG; raises ValueError for no signal.

    >>> number("TERM"), number("SIGKILL"), number(17)
    (15, 9, 17)
    """
    try:
        if isinstance(name, int):
            return int(signal.Signals(name))
        return int(signal.Signals[f"SIG{name.upper().removeprefix('SIG')}"])
    except (ValueError, KeyError):
        raise ValueError(
            f"there is no signal {name!r}; take a name such as 'TERM' or 'KILL' (signal(7))"
        ) from None


def name(of: int) -> str:
    """Return a signal's name without SIG.

    >>> name(15)
    'TERM'
    """
    return signal.Signals(of).name.removeprefix("SIG")


def holds(mask: int, of: int) -> bool:
    """Return whether signal *of* is in *mask*, as in /proc/PID/status: bit n-1 stands for signal n.

    >>> holds(0x4000, 15), holds(0x4000, 14)
    (True, False)
    """
    return bool(mask >> (of - 1) & 1)


def named(mask: int) -> tuple[str, ...]:
    """Return the names of the signals in *mask*, of those that have one.

    >>> named(0x4002)
    ('INT', 'TERM')
    """
    return tuple(name(one) for one in sorted(signal.Signals) if holds(mask, one))


def fate(process: Process, of: int, *, from_outside: bool) -> Fate:
    """Return what the kernel does when signal *of* is sent to *process*.

    *from_outside* says that the sender is in a PID namespace further out. Source: signal(7),
    pid_namespaces(7), sig_ignored() in kernel/signal.c. Introduced in chapter 7.
    """
    if process.zombie:
        why = "it is a zombie: it has ended already"
        return Fate("ignored", why, "its parent has to call wait(2), or to end")
    if of == signal.SIGCONT:
        return Fate("continues", "CONT lets a stopped process go on, whatever else becomes of it")
    if of not in KERNEL_ONLY:
        if holds(process.blocked, of):
            return Fate("pending", f"{name(of)} is blocked (SigBlk): it waits until the process unblocks it")
        if holds(process.ignored, of):
            return Fate("ignored", f"the process ignores {name(of)} (SigIgn)", "send KILL")
        if holds(process.caught, of):
            return Fate("handled", f"the process has a handler for {name(of)} (SigCgt), which runs")
    if process.reaper and not (from_outside and of in KERNEL_ONLY):
        return _dropped(of, from_outside=from_outside)
    return _default(of)


def _dropped(of: int, *, from_outside: bool) -> Fate:
    if of in KERNEL_ONLY:
        why = f"it is pid 1 of the sender's own PID namespace, and {name(of)} can't be handled"
        return Fate("dropped", why, f"send {name(of)} from a PID namespace further out")
    if from_outside:
        way_out = "send KILL, which works from outside, or have the program install a handler"
    else:
        way_out = "have the program install a handler, or send KILL from a PID namespace further out"
    return Fate("dropped", f"it is pid 1 of its PID namespace and has no handler for {name(of)}", way_out)


def _default(of: int) -> Fate:
    if of in _NOTHING:
        return Fate("ignored", f"the default action of {name(of)} is to do nothing")
    if of == signal.SIGSTOP:
        return Fate("stops", "STOP stops a process, which can't handle it")
    if of in _STOPS:
        return Fate("stops", f"{name(of)} stops a process that does not handle it")
    if of == signal.SIGKILL:
        return Fate("ends", "KILL ends a process, which can't handle it")
    return Fate("ends", f"{name(of)} ends a process that does not handle it")
