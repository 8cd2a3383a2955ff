"""Cgroups: moving to another one."""

from __future__ import annotations

import errno
import os

from nslab.linux.refusal import KernelRefused

_DELEGATED = (
    "this part of the tree belongs to somebody else; have a part delegated,"
    " with systemd: systemd-run --user --scope --property=Delegate=yes ./course lab (cgroups(7), Delegation)"
)
RULES = {
    errno.EACCES: _DELEGATED,
    errno.EPERM: _DELEGATED,
    errno.ENOENT: "there is no cgroup there; mount the tree first:"
    " mount -t cgroup2 none DIRECTORY (cgroups(7))",
    errno.EBUSY: "a cgroup that hands controllers on to those below it takes no process; enter one of these"
    " (cgroups(7), the no internal processes rule)",
}
"""Why a move is refused, by errno."""


def enter(file: str) -> None:
    """Move the caller into the cgroup whose ``cgroup.procs`` is *file*. Raises KernelRefused.

    Source: cgroups(7), "Moving a process to a cgroup". Introduced in chapter 3.
    """
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(opened, b"0")
        finally:
            os.close(opened)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "write", f"{file!r}, 0") from None
