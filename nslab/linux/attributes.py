"""What the kernel has noted of a process: its root, privileges and limits."""

from __future__ import annotations

import os
import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LIMITS = {"processes": resource.RLIMIT_NPROC, "open files": resource.RLIMIT_NOFILE}
"""Resource limits that are told, by what they limit. Source: getrlimit(2)."""


def read() -> dict[str, Any]:
    """Return the caller's root directory, capabilities, filters, cgroups and limits as plain data.

    ``root`` is device and inode; ``capabilities`` and ``known`` are masks, of the
    effective ones and of all that the kernel knows; ``cgroups`` are paths, each once.
    Source: proc_pid_status(5), capabilities(7), cgroups(7). Introduced in chapter 1.
    """
    with open("/proc/thread-self/status", encoding="utf-8") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        known = (2 << int(file.read())) - 1
    with open("/proc/thread-self/cgroup", encoding="utf-8") as file:
        cgroups = sorted({line.rstrip("\n").split(":", 2)[2] for line in file})
    root = os.stat("/")
    return {
        "root": [root.st_dev, root.st_ino],
        "uid": os.geteuid(),
        "capabilities": int(status["CapEff"], 16),
        "known": known,
        "no_new_privs": status.get("NoNewPrivs") == "1",
        "seccomp": int(status.get("Seccomp", 0)),
        "cgroups": cgroups,
        "limits": {name: resource.getrlimit(number)[0] for name, number in LIMITS.items()},
    }
