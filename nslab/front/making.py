"""Making spaces: new namespaces, those of others, and those that are kept by a file."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from nslab.front import shown
from nslab.front.face import OfSpace
from nslab.lab.birth import PROPAGATION
from nslab.linux import cgroup, namespaces
from nslab.linux import limits as bounds
from nslab.linux import mount as m
from nslab.linux.refusal import KernelRefused
from nslab.state import idmap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nslab.front.space import Space

_LIMIT = (
    "a limit of /proc/sys/user or the greatest depth (32 for pid and user) is reached, counted in every user"
    " namespace above too; end spaces, or raise it with .limit() where it was lowered (namespaces(7))"
)
_YOUNGER = (
    "a mount namespace is kept only in one that the kernel counts as older, never in itself;"
    " keep it in another space (kernel fs/namespace.c, mnt_ns_loop)"
)
_RULES = {
    ("unshare", errno.ENOSPC): _LIMIT,
    ("unshare", errno.EPERM): "all types but user take CAP_SYS_ADMIN in the caller's user namespace;"
    " make a user namespace as well (unshare(2), EPERM)",
    (
        "setns",
        errno.EPERM,
    ): "joining takes CAP_SYS_ADMIN in the user namespace that owns the namespace, and in"
    " one's own; join that user namespace as well (setns(2), EPERM)",
    ("setns", errno.EINVAL): "the file is no namespace of this type, or it is a user namespace that one is in"
    " already, or a PID namespace that is not below one's own (setns(2), EINVAL)",
    ("open", errno.ENOENT): "nothing is there; keep a namespace there first (open(2), ENOENT)",
    ("write", errno.EACCES): "offsets are fixed once a process is in the time namespace (time_namespaces(7))",
    ("write", errno.ERANGE): "with this offset a clock would be negative or too large; take another"
    " (time_namespaces(7), ERANGE)",
    ("write", errno.EPERM): "offsets take CAP_SYS_TIME in the user namespace that owns the time namespace"
    " (time_namespaces(7), EPERM)",
}


class Making(OfSpace):
    """What a space can make of itself: other spaces, and namespaces that stay."""

    def unshare(
        self,
        *types: str,
        name: str | None = None,
        propagation: str = "unchanged",
        mount_proc: bool = False,
        uid_map: str | None = None,
        gid_map: str | None = None,
        setgroups: str = "",
        **offsets: int,
    ) -> Space:
        """Make a space from this one, in new namespaces of *types*; return it.

        *types* are mnt, pid, net, uts, ipc, user, cgroup, time; all of them but user
        when none is given. *propagation* is set on every mount of a new mount
        namespace: ``unchanged`` (the kernel's own way), ``private``, ``slave`` or
        ``shared``. In a new user namespace id 0 is this space's, unless *uid_map* says
        another map, as in user_namespaces(7): it is written from here, as are *gid_map*
        (the same if not given) and *setgroups*; the empty text leaves it without one.
        *mount_proc* mounts a /proc of the new PID namespace. *offsets*, ``monotonic`` and
        ``boottime``, are seconds that a new time namespace adds to these clocks.

        Raises ValueError for a wrong word, KernelRefused as unshare(2), with the rule.
        Source: unshare(1), time_namespaces(7). Introduced in chapter 3.
        """
        wanted = _wanted(types, propagation)
        _check_offsets(offsets, wanted)
        maps = _maps(wanted, uid_map, gid_map, setgroups)
        command = shown.unshare(wanted, propagation, mount_proc=mount_proc, offsets=offsets)
        self._show(shown.mapped(command, maps))
        made = self._fork(
            name, types=wanted, propagation=propagation, proc=mount_proc, offsets=offsets, maps=maps
        )
        made._made_of = tuple(f"own {kind}" for kind in wanted)
        return made

    def unshare_each(
        self, names: Sequence[str], *types: str, propagation: str = "unchanged", mount_proc: bool = False
    ) -> list[Space]:
        """Make a space for each of *names*, all alike, each in new namespaces of *types*; return them.

        They are born side by side, which takes half of the time of one after the other. All of them or
        none. Else as :meth:`unshare`.
        """
        wanted = _wanted(types, propagation)
        if not names:
            return []
        command = shown.unshare(wanted, propagation, mount_proc=mount_proc)
        self._show(f"for name in {shown.line(*names)}; do {command} & done")
        made = self._forked(names, types=wanted, propagation=propagation, proc=mount_proc)
        for space in made:
            space._made_of = tuple(f"own {kind}" for kind in wanted)
        return made

    def join(self, other: Space | str, *types: str, name: str | None = None) -> Space:
        """Make a space from this one that takes namespaces of *types* from *other*; return it.

        *other* is a space, or the path of a file where one namespace is kept.
        Raises ValueError when no type or a wrong one is given, SpaceGone when
        *other* has ended, KernelRefused as setns(2), with the rule.
        Source: nsenter(1). Introduced in chapter 3.
        """
        if not types:
            raise ValueError("say which namespaces to take, for example join(other, 'net', 'uts')")
        namespaces.flags(types)
        if isinstance(other, str):
            return self._enter(other, types, name)
        self._show(shown.nsenter(other.pid, types))
        made = self._fork(name, types=(), propagation="unchanged", proc=False, joined=[(other._link, types)])
        made._made_of = tuple(f"{kind} of {other.name}" for kind in types)
        return made

    def keep(self, other: Space, kind: str, path: str) -> None:
        """Keep *other*'s namespace of type *kind* alive by a bind mount on the file *path* of this space.

        The file is made where it is missing. ``join(path, kind)`` goes there, also
        when *other* has ended; ``umount(path)`` lets go. Raises ValueError for a
        wrong type, SpaceGone, KernelRefused as mount(2).
        Source: namespaces(7), "The /proc/pid/ns/ directory". Introduced in chapter 3.
        """
        namespaces.flags([kind])
        source = f"/proc/{other.pid}/ns/{kind}"
        self._show(f"{shown.line('touch', path)}; {shown.line('mount', '--bind', source, path)}")
        self.call(_touch, path)
        try:
            self.call(m.mount, source, path, None, m.MS_BIND)
        except KernelRefused as refused:
            rule = _YOUNGER if kind == "mnt" and refused.errno == errno.EINVAL else refused.rule
            raise KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule) from None

    def enter_cgroup(self, directory: str) -> None:
        """Move this space's process into the cgroup that is *directory* of a mounted cgroup2 tree.

        Its later children follow. Only who may write to the tree may: an ordinary
        user has such a part of it where it was delegated to them. Raises
        KernelRefused, with the rule; the space is then where it was.
        Source: cgroups(7), "Delegation". Introduced in chapter 3.
        """
        file = f"{directory.rstrip('/')}/cgroup.procs"
        self._show(f"echo {self.pid} > {shown.line(file)}")
        try:
            self.call(cgroup.enter, file)
        except KernelRefused as refused:
            rule = cgroup.RULES.get(refused.errno or 0, "")
            raise KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule) from None

    @property
    def limits(self) -> dict[str, int]:
        """How many namespaces of each type may be made in this space's user namespace.

        They are counted for each user, in this user namespace and every one above it.
        Source: namespaces(7), "The /proc/sys/user directory". Introduced in chapter 3.
        """
        found: dict[str, int] = self.call(bounds.read)
        return found

    def limit(self, kind: str, most: int) -> None:
        """Let at most *most* namespaces of type *kind* be made in this space's user namespace.

        Raises ValueError for a wrong type, KernelRefused.
        Source: namespaces(7), "The /proc/sys/user directory". Introduced in chapter 3.
        """
        namespaces.flags([kind])
        self._show(f"echo {most} > {bounds.path(kind)}")
        self.call(bounds.write, kind, most)

    def _enter(self, path: str, types: tuple[str, ...], name: str | None) -> Space:
        if len(types) != 1:
            raise ValueError(
                f"{path!r} is one namespace; say of which one type, for example join(path, 'net')"
            )
        option = shown.NSENTER.get(types[0], f"--{types[0]}")
        self._show(shown.line("nsenter", f"{option}={path}"))
        made = self._fork(name, types=(), propagation="unchanged", proc=False, entered=[(path, types[0])])
        made._made_of = (f"{types[0]} of {path}",)
        return made

    def _fork(self, name: str | None, **wanted: Any) -> Space:
        return self._forked([name], **wanted)[0]

    def _forked(self, names: Sequence[str | None], **wanted: Any) -> list[Space]:
        try:
            return self._lab._fork(self, names, **wanted)  # type: ignore[arg-type]
        except KernelRefused as refused:
            rule = _RULES.get((refused.call, refused.errno or 0), refused.rule)
            maps = wanted.get("maps")
            if maps is not None and refused.call == "write":
                kind = next((kind for kind in maps if f"/{kind}," in refused.arguments), "")
                rule = idmap.refused(refused.name, kind, maps.get(kind, ""))
            raise KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule) from None


def _wanted(types: tuple[str, ...], propagation: str) -> tuple[str, ...]:
    """Return *types*, all but user when there are none. Raises ValueError for a wrong word."""
    wanted = types or tuple(kind for kind in namespaces.FLAGS if kind != "user")
    namespaces.flags(wanted)
    if propagation not in PROPAGATION:
        raise ValueError(f"there is no propagation {propagation!r}; take one of {', '.join(PROPAGATION)}")
    return wanted


def _check_offsets(offsets: dict[str, int], types: tuple[str, ...]) -> None:
    clocks = ("monotonic", "boottime")
    for clock in offsets:
        if clock not in clocks:
            raise ValueError(f"there is no option or clock {clock!r}; the clocks are {' and '.join(clocks)}")
    if offsets and "time" not in types:
        raise ValueError("offsets belong to a new time namespace; add 'time' to the types")


def _maps(
    types: tuple[str, ...], uid_map: str | None, gid_map: str | None, setgroups: str
) -> dict[str, str] | None:
    """Return what is to be written, by file, None where the usual map is."""
    if uid_map is None and gid_map is None and not setgroups:
        return None
    if "user" not in types:
        raise ValueError("maps belong to a new user namespace; add 'user' to the types")
    if uid_map is None:
        raise ValueError("say the uid_map too; gid_map and setgroups go with it")
    groups = uid_map if gid_map is None else gid_map
    return {"setgroups": setgroups, "uid_map": uid_map, "gid_map": groups}


def _touch(path: str) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
    except OSError as error:
        raise KernelRefused(error.errno or 0, "open", repr(path)) from None
