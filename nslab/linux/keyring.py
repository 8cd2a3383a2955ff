"""keyctl(2): the one call by which a process leaves its caller's keys behind."""

from __future__ import annotations

import os

from nslab.linux import libc
from nslab.linux.refusal import KernelRefused

KEYCTL_JOIN_SESSION_KEYRING = 1
NUMBERS = {"x86_64": 250, "aarch64": 219}
"""The number of keyctl(2), for which the C library has no function."""


def leave_session() -> bool:
    """Give the caller a new, empty session keyring; return False where the kernel has no keys for it.

    No namespace hides a session keyring: a process that keeps its caller's can
    read the keys in it, whatever namespaces it is in. A seccomp filter that
    refuses keyctl(2) refuses it to the caller's children as well.
    Source: keyctl(2), session-keyring(7).
    """
    number = NUMBERS.get(os.uname().machine)
    if number is None:
        return False
    try:
        libc.syscall(
            "keyctl", number, KEYCTL_JOIN_SESSION_KEYRING, 0, shown="KEYCTL_JOIN_SESSION_KEYRING, NULL"
        )
    except KernelRefused:
        return False
    return True
