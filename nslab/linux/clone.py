"""clone3(2): a child whose PIDs are chosen, level by level."""

from __future__ import annotations

import ctypes

from nslab.linux import libc

CLONE3 = 435
"""The system call's number, the same on every architecture but alpha."""

_SIGCHLD = 17


class _Arguments(ctypes.Structure):
    """``struct clone_args``, in its second version, which ends with set_tid."""

    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in (
            *("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls"),
            *("set_tid", "set_tid_size"),
        )
    )


def fork_as(pids: list[int]) -> int:
    """Fork with chosen PIDs, *pids*, that of the innermost PID namespace first; return 0 in the child.

    The caller has one thread; the child does little more than execve(2). Raises KernelRefused: EEXIST
    for a PID that is taken, EINVAL for one out of range or too many, EPERM without CAP_CHECKPOINT_RESTORE
    in the user namespace that owns one of the PID namespaces.
    Source: clone3(2), "The set_tid array". Introduced in chapter 7.
    """
    wanted = (ctypes.c_int32 * len(pids))(*pids)
    given = _Arguments(exit_signal=_SIGCHLD, set_tid=ctypes.addressof(wanted), set_tid_size=len(pids))
    shown = f"set_tid={list(pids)}"
    return libc.syscall("clone3", CLONE3, ctypes.addressof(given), ctypes.sizeof(given), shown=shown)
