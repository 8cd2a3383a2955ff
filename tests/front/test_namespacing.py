"""The namespaces of a lab as lsns(8) sees them, and those that it does not see."""

from __future__ import annotations

import json

import pytest

from nslab import Lab, SpaceGone

MATRIX = """\
        mnt     pid     net     uts     ipc     user   cgroup   time
host     a       a       a       a       a       a       a       a
web      a       a       B       B       a       a       a       a
guest    B       B       a       a       a       B       a       a
late     a       a       a       B       a       a       a       a"""
TREE = """\
user a       host, web
├─ mnt a     host, web
├─ pid a     host, web
├─ net a     host, web, guest
├─ uts a     host, guest
├─ uts B     web
├─ uts C     no process · mount /run/kept
├─ ipc a     host, web, guest
├─ ipc B     no process · descriptor 9 of {pid} sleep
├─ cgroup a  host, web, guest
├─ time a    host, web, guest
└─ user B    guest
   ├─ mnt B  guest
   └─ pid B  guest"""


def test_the_same_letter_is_the_same_namespace(lab: Lab) -> None:
    web = lab.host.unshare("uts", "net", name="web")
    lab.host.unshare("user", "mnt", "pid", name="guest")
    lab.host.join(web, "uts", name="late")
    found = lab.namespaces()
    assert repr(found) == MATRIX
    assert found.namespaces.shared("web", "late") == ("mnt", "pid", "uts", "ipc", "user", "cgroup", "time")
    with pytest.raises(LookupError, match="no space 'x' here; there is host, web"):
        found.namespaces.shared("host", "x")


def test_raw_numbers_are_the_kernels(lab: Lab) -> None:
    lab.host.unshare("uts", name="web")
    shown = repr(lab.namespaces(raw=True)).splitlines()[2].split()
    links = [
        f"/proc/self/ns/{kind}" for kind in ("mnt", "pid", "net", "uts", "ipc", "user", "cgroup", "time")
    ]
    assert shown[1:] == lab.spaces["web"].run(f"stat -L -c %i {' '.join(links)}").output.split()


def test_what_lsns_sees_is_seen_alike(lab: Lab) -> None:
    web = lab.host.unshare("uts", "net", "ipc", name="web")
    web.unshare("user", "mnt", "pid", "cgroup", "time", name="guest")
    told = json.loads(lab.host.run("lsns --json --output NS,TYPE").output)["namespaces"]
    found = lab.namespaces().namespaces.found
    assert {(int(one["ns"]), one["type"]) for one in told} == {
        (one.number, one.kind) for one in found.values()
    }


def test_what_has_no_process_is_found_by_what_holds_it(lab: Lab) -> None:
    lab.host.unshare("uts", name="web")
    lab.host.unshare("user", "mnt", "pid", name="guest")
    lab.host.run("touch /run/kept; unshare --uts=/run/kept true")
    lab.host.run("touch /run/gone; unshare --ipc=/run/gone true")
    lab.host.run("(exec 9</run/gone; umount -l /run/gone; exec sleep 100) >/dev/null 2>&1 &")
    pid = int(lab.host.run("until pidof sleep; do :; done").output)
    told = repr(lab.ownership())
    lab.host.run(f"kill {pid}")
    assert told == TREE.format(pid=pid)


def test_a_namespace_is_kept_by_what_it_owns(lab: Lab) -> None:
    outer = lab.host.unshare("user", name="outer")
    outer.unshare("user", "uts", name="inner")
    outer.kill()
    assert "user C       no process · a namespace that it owns\n   └─ user B" in repr(lab.ownership())


def test_owners_are_those_that_the_kernel_names(lab: Lab) -> None:
    guest = lab.host.unshare("user", "uts", name="guest")
    found = lab.namespaces().namespaces
    owner = found.found[found.of["guest"]["uts"]].owner
    assert owner == found.of["guest"]["user"]
    assert guest.run("stat -L -c %i /proc/self/ns/user").output.strip() == str(owner)


def test_a_closed_lab_has_none() -> None:
    lab = Lab(quiet=True)
    lab.close()
    with pytest.raises(SpaceGone):
        lab.namespaces()
