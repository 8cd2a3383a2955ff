"""What a process may do, by rule: its capabilities, and which user namespace owns what it acts on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nslab.state.idmap import IdMap

CAPABILITIES = {
    "CAP_CHOWN": 0,
    "CAP_SETGID": 6,
    "CAP_SETUID": 7,
    "CAP_NET_BIND_SERVICE": 10,
    "CAP_NET_RAW": 13,
    "CAP_SYS_CHROOT": 18,
    "CAP_SYS_ADMIN": 21,
    "CAP_SYS_TIME": 25,
    "CAP_MKNOD": 27,
}
"""Bits of the capability sets in /proc/PID/status. Source: capabilities(7), linux/capability.h."""

MACHINE = "machine"
"""The outermost user namespace, which no process of a lab has capabilities in."""

MOUNTED = {
    "tmpfs": "mnt",
    "devpts": "mnt",
    "proc": "pid",
    "sysfs": "net",
    "mqueue": "ipc",
    "cgroup2": "cgroup",
    "ext4": MACHINE,
    "devtmpfs": MACHINE,
}
"""The namespace whose owner a file system's type asks for, besides the mount namespace's.

Source: user_namespaces(7), "Effect of capabilities within a user namespace"; FS_USERNS_MOUNT in the kernel.
"""

ACTS = {
    "sethostname": ("CAP_SYS_ADMIN", "uts"),
    "bind": ("CAP_NET_BIND_SERVICE", "net"),
    "raw": ("CAP_NET_RAW", "net"),
    "chroot": ("CAP_SYS_CHROOT", "user"),
    "mknod": ("CAP_MKNOD", MACHINE),
    "settimeofday": ("CAP_SYS_TIME", MACHINE),
}
"""Acts that take one capability in the user namespace that owns one thing; bind is to a port below 1024."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the kernel says of a process and its namespaces.

    ``effective`` is CapEff, ``owned`` tells for each namespace type whether the
    process's user namespace, or one below it, owns it; ``setgroups`` is the file's
    word, ``file`` the owner and group, as seen, of the file that is asked about. Introduced in chapter 9.
    """

    effective: int
    owned: Mapping[str, bool]
    uids: IdMap
    gids: IdMap
    setgroups: str
    file: tuple[int, int] = (0, 0)

    def has(self, capability: str) -> bool:
        """Return whether the capability is in the effective set."""
        return bool(self.effective >> CAPABILITIES[capability] & 1)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule says: the errno's name, empty where the kernel lets it; and ``why``."""

    errno: str
    why: str


def rule(facts: Facts, act: str, *about: str | int) -> Ruling:
    """Return whether a process may do *act*, and by which rule.

    Raises ValueError for an act that isn't known, with a list.
    Source: user_namespaces(7), capabilities(7). Introduced in chapter 9.
    """
    if act == "mount" and about and about[0] in MOUNTED:
        return _mount(facts, str(about[0]))
    if act in ACTS:
        return _needs(facts, *ACTS[act])
    if act in ("setuid", "chown") and about:
        return _changes_id(facts, act, int(about[-1]))
    if act == "setgroups":
        return _setgroups(facts)
    known = ", ".join((*ACTS, "setgroups", "setuid ID", "chown PATH ID"))
    raise ValueError(f"there is no rule for {act!r} here; ask {known}, or mount with {', '.join(MOUNTED)}")


def _needs(facts: Facts, capability: str, kind: str) -> Ruling:
    whose = {MACHINE: "the machine's user namespace", "user": "its own user namespace"}.get(
        kind, f"the owner of its {kind} namespace"
    )
    asked = f"{capability} in {whose}"
    refusal = "EACCES" if capability == "CAP_NET_BIND_SERVICE" else "EPERM"
    if not facts.has(capability):
        return Ruling(refusal, f"takes {asked}; it has no {capability}")
    if kind == MACHINE or not facts.owned.get(kind, kind == "user"):
        return Ruling(refusal, f"takes {asked}; it has it further in only")
    return Ruling("", f"takes {asked}, which it has")


def _mount(facts: Facts, fstype: str) -> Ruling:
    table = _needs(facts, "CAP_SYS_ADMIN", "mnt")
    return table if table.errno else _needs(facts, "CAP_SYS_ADMIN", MOUNTED[fstype])


def _changes_id(facts: Facts, act: str, wanted: int) -> Ruling:
    if facts.uids.out(wanted) is None:
        return Ruling("EINVAL", f"{wanted} is not mapped in its user namespace")
    if act == "setuid":
        return _needs(facts, "CAP_SETUID", "user")
    owner, group = facts.file
    if facts.uids.out(owner) is None or facts.gids.out(group) is None:
        return Ruling("EPERM", "CAP_CHOWN counts only over files whose owner and group are both mapped")
    return _needs(facts, "CAP_CHOWN", "user")


def _setgroups(facts: Facts) -> Ruling:
    if facts.setgroups.strip() == "deny":
        return Ruling("EPERM", "setgroups is deny in its user namespace")
    if not facts.gids.extents:
        return Ruling("EPERM", "gid_map is not written yet")
    return _needs(facts, "CAP_SETGID", "user")
