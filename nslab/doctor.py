"""The doctor: tries on this machine what the course does, and says what to mend.

Nothing is concluded from a setting: each answer comes from doing the thing in a
lab that is thrown away. A refusal names the layer that said no, and one remedy.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nslab.front.lab import Lab
from nslab.lab.machine import NoLab
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
        return Report((_no_lab(refused),))
    with lab:
        return Report((*_lab_answers(lab), *(_try(probe, lab.host) for probe in PROBES)))


def _lab_answers(lab: Lab) -> tuple[Answer, ...]:
    return Answer("a lab: namespaces and a root file system of its own", "all", True), _ids(lab)


def _ids(lab: Lab) -> Answer:
    what = "65,536 ids in a lab"
    if lab.mode != "one":
        return Answer(what, "9", True)
    remedy = (
        "install uidmap, and give the user a range in /etc/subuid and /etc/subgid (usermod --add-subuids)"
    )
    return Answer(what, "9", False, said="newuidmap can't map a range: only one id", remedy=remedy)


def _try(probe: Probe, host: Space) -> Answer:
    space = host.unshare("mnt", "net", "pid", propagation="private", mount_proc=True)
    try:
        space.run("ip link set lo up")
        tried = space.run(probe.lines)
    finally:
        space.kill()
    said = tried.output.strip().splitlines() or ["refused without a word"]
    return Answer(probe.what, probe.needed, tried.status == 0, said[0], probe.remedy)


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
UNKNOWN = ("No known layer explains it", "use the Vagrant machine, and report this line")


__all__ = ["PROBES", "Probe", "report"]
