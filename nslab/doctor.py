"""The doctor: tries on this machine what the course does, and says what to mend.

Nothing is concluded from a setting: each answer comes from doing the thing in a
lab that is thrown away. A refusal names the layer that said no, and one remedy.
"""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nslab.front.lab import Lab
from nslab.lab.machine import NoLab
from nslab.lab.mapper import PATH
from nslab.linux import idmap
from nslab.state.report import Answer, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.front.space import Space


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to try: shell lines that end with status 0 where it works."""

    what: str
    needed: str
    lines: str
    remedy: str


_KIND = (
    "the kernel lacks this; load or build the module {}, or read the variant that the chapter shows instead"
)
PROBES = (
    Probe("mount a tmpfs", "2, 4", "mount -t tmpfs probe /mnt", "run the course in the Vagrant machine"),
    Probe(
        "bind, propagate, move",
        "4",
        "mkdir -p /mnt/a /mnt/b && mount -t tmpfs p /mnt/a && "
        "mount --make-shared /mnt/a && mount --bind /mnt/a /mnt/b",
        "run the course in the Vagrant machine",
    ),
    Probe(
        "mount an overlay",
        "2",
        "mkdir -p /mnt/u /mnt/w /mnt/m && "
        "mount -t overlay -o lowerdir=/srv,upperdir=/mnt/u,workdir=/mnt/w,userxattr o /mnt/m",
        _KIND.format("overlay"),
    ),
    Probe(
        "a PID namespace with its own /proc",
        "7",
        "unshare --pid --fork --mount-proc true",
        "an outer container masks parts of /proc: start it with systempaths=unconfined",
    ),
    Probe("time offsets", "3", "unshare --time --boottime 1000 true", _KIND.format("CONFIG_TIME_NS")),
    Probe("loopback interface up", "8", "ip link show lo | grep -q UP", "install iproute2"),
    Probe("veth pair", "8, 10", "ip link add p1 type veth peer name p2", _KIND.format("veth")),
    Probe("bridge", "10", "ip link add p3 type bridge", _KIND.format("bridge")),
    Probe(
        "macvlan",
        "10",
        "ip link add p4 type veth peer name p5 && ip link add p6 link p4 type macvlan mode bridge",
        _KIND.format("macvlan"),
    ),
    Probe("nft rules", "10", "nft add table inet probe", "install nftables; the kernel needs nf_tables"),
)


def report() -> Report:
    """Try what the course needs on this machine; return the report, which draws itself.

    Never raises: what a machine refuses is what the report is about.
    Introduced in chapter 0.
    """
    try:
        lab = Lab(quiet=True)
    except NoLab as refused:
        return Report((_no_lab(refused), *_home()))
    with lab:
        tried = (*_lab_answers(lab), *(_try(probe, lab.host) for probe in PROBES), *_home())
        return Report(tried, _features(lab.host))


def _lab_answers(lab: Lab) -> tuple[Answer, ...]:
    return Answer("a lab: namespaces and a root file system of its own", "all", True), _ids(lab)


def _ids(lab: Lab) -> Answer:
    what = "65,536 ids in a lab"
    if lab.mode != "one":
        return Answer(what, "9", True)
    said, remedy = _why_one_id()
    return Answer(what, "9", False, said=f"only one id: {said}", remedy=remedy)


def _why_one_id() -> tuple[str, str]:
    """Return what keeps newuidmap(1) from mapping a range, and the remedy."""
    uid = os.getuid()
    name = next((entry.pw_name for entry in pwd.getpwall() if entry.pw_uid == uid), str(uid))
    for path, option in (("/etc/subuid", "uids"), ("/etc/subgid", "gids")):
        if idmap.subordinate(path, name, uid) is None:
            return (
                f"{name} has no range of {idmap.IDS} in {path}",
                f"sudo usermod --add-sub{option} 100000-165535 {name}",
            )
    for tool in ("newuidmap", "newgidmap"):
        found = shutil.which(tool, path=PATH)
        if found is None:
            return f"{tool} is not installed", "sudo apt-get install uidmap"
        if not (Path(found).stat().st_mode & stat.S_ISUID or "security.capability" in os.listxattr(found)):
            return f"{found} lacks its setuid bit", "sudo apt-get install --reinstall uidmap"
    return (
        "newuidmap was refused, although there is a range and the tool has its privilege",
        "leave the outer container, or use the Vagrant machine: one more user namespace took the privilege",
    )


def _home() -> tuple[Answer, ...]:
    """Return what keeps JupyterLab from keeping notebooks, when something does."""
    home = Path.home()
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(bytes(4096))
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "an error")
        remedy = HOME_REMEDIES.get(name, "set HOME to a folder that you may write")
        return (Answer("a home folder that can be written", "all", False, f"{name}: {home}", remedy),)
    return ()


def _features(host: Space) -> tuple[tuple[str, bool], ...]:
    """Return what newer kernels have; the course uses it where it is and runs without."""

    def unique_ids() -> bool:
        from nslab.linux import mountinfo

        return bool(mountinfo.unique_ids())

    hears = bool(host._link.request("listen"))
    host._link.request("heard")
    cgroup = _try(Probe("cgroup2", "-", "mount -t cgroup2 c /mnt", "-"), host).works
    return (("statmount", host.call(unique_ids)), ("mount events", hears), ("cgroup2", cgroup))


def _try(probe: Probe, host: Space) -> Answer:
    space = host.unshare("mnt", "net", "pid", propagation="private", mount_proc=True)
    try:
        space.run("ip link set lo up")
        tried = space.run(probe.lines)
    finally:
        space.kill()
    if tried.status == 0:
        return Answer(probe.what, probe.needed, True)
    said = tried.output.strip().splitlines() or ["refused without a word"]
    return Answer(probe.what, probe.needed, False, said[0], probe.remedy)


def _no_lab(refused: NoLab) -> Answer:
    layer, remedy = next(((layer, remedy) for sign, layer, remedy in LAYERS if sign(refused)), UNKNOWN)
    said = f"{refused.step}: {refused.refusal}. {layer}"
    return Answer(
        "a lab: namespaces and a root file system of its own", "all", False, said=said, remedy=remedy
    )


def _setting(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _at_limit(refused: NoLab) -> bool:
    return refused.refusal.name == "ENOSPC" or any(
        _setting(f"/proc/sys/user/max_{kind}_namespaces") == "0" for kind in ("user", "mnt", "pid", "net")
    )


LAYERS: tuple[tuple[Callable[[NoLab], bool], str, str], ...] = (
    (
        _at_limit,
        "The limits in /proc/sys/user are at 0 or reached",
        "sudo sysctl user.max_user_namespaces=15000 (and the other user.max_*_namespaces that are too low)",
    ),
    (
        lambda _: _setting("/proc/sys/kernel/unprivileged_userns_clone") == "0",
        "The setting kernel.unprivileged_userns_clone is 0",
        "sudo sysctl kernel.unprivileged_userns_clone=1",
    ),
    (
        lambda _: (
            _setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" and os.getuid() != 0
        ),
        "AppArmor takes new user namespaces' capabilities (apparmor_restrict_unprivileged_userns is 1)",
        "give this Python an AppArmor profile with the rule `userns,`, as the Vagrant machine's set-up does",
    ),
    (
        lambda refused: refused.step == "user namespace" and refused.refusal.name == "EPERM",
        "A seccomp filter, or a chroot, forbids unshare(2)",
        "leave the chroot, or start the outer container with seccomp=unconfined, or use the Vagrant machine",
    ),
    (
        lambda refused: refused.step == "root file system" and refused.refusal.name in ("EPERM", "EACCES"),
        "A seccomp filter, or AppArmor, forbids mount(2)",
        "start the outer container with seccomp=unconfined and apparmor=unconfined, or use a virtual machine",
    ),
    (
        lambda refused: refused.step == "own root file system" and "proc" in refused.refusal.arguments,
        "An outer container masks parts of /proc, so no further proc may be mounted",
        "start the outer container with systempaths=unconfined, or use the Vagrant machine",
    ),
    (
        lambda refused: refused.refusal.name == "EINVAL" and refused.step == "user namespace",
        "The kernel has no user namespaces (CONFIG_USER_NS)",
        "use another kernel, or the Vagrant machine",
    ),
)
HOME_REMEDIES = {
    "ENOSPC": "the disk is full: make room on it (df shows how full it is)",
    "EDQUOT": "your quota is used up: make room",
    "EROFS": "the file system is mounted read-only: set HOME to a folder that can be written",
}
UNKNOWN = ("No known layer explains it", "use the Vagrant machine, and report this line")


__all__ = ["PROBES", "Probe", "report"]
