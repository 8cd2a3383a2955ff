"""What a lab may take of the machine, so that a mistake in one leaves the machine usable.

Limits of processes, since no cgroup is delegated on most machines. They hold
against accidents: each is per user id or per process, and a lab has many of both.
"""

from __future__ import annotations

import os
import resource

PROCESSES = 4096
"""Processes that one user id of a lab may have: a fork bomb of its root ends there."""

OOM_SCORE = b"500"
"""A lab's processes are the first to go when memory is short. Source: proc_pid_oom_score_adj(5)."""


def bound() -> None:
    """Bound the caller and what it starts; call it in the lab's own user namespace.

    There the kernel counts the lab's processes alone, and the lab's root lacks the
    capability to raise a limit again. Source: getrlimit(2), user_namespaces(7).
    """
    _lower(resource.RLIMIT_NPROC, PROCESSES)
    _lower(resource.RLIMIT_DATA, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
    _lower(resource.RLIMIT_CORE, 0)
    _become_first_to_go()


def _lower(limit: int, most: int) -> None:
    """Lower *limit*, soft and hard, to *most*, unless it is lower already."""
    _, hard = resource.getrlimit(limit)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (allowed, allowed))


def _become_first_to_go() -> None:
    """Write in bytes: a codec would have to be imported, and no Python can be in sight here."""
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(file, OOM_SCORE)
        finally:
            os.close(file)
    except OSError:
        return  # it is higher already
