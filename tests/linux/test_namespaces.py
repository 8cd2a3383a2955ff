"""Namespace types by name, and unshare(2) and setns(2) on the real kernel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused
from nslab.linux import namespaces

if TYPE_CHECKING:
    from nslab import Lab


def test_the_types_are_those_of_the_kernel(lab: Lab) -> None:
    there = {name.removesuffix("_for_children") for name in lab.host.call(os.listdir, "/proc/self/ns")}
    assert set(namespaces.FLAGS) == there


def test_each_flag_is_one_bit_of_its_own() -> None:
    bits = list(namespaces.FLAGS.values())
    assert all(bit.bit_count() == 1 for bit in bits)
    assert len(set(bits)) == 8
    assert namespaces.flags(list(namespaces.FLAGS)) == sum(bits)


def test_an_unknown_type_lists_the_known_ones() -> None:
    with pytest.raises(
        ValueError,
        match="no namespace type 'mount'; the types are mnt, pid, net, uts, ipc, user, cgroup, time",
    ):
        namespaces.flags(["uts", "mount"])


def test_unshare_leaves_one_namespace_and_no_other(lab: Lab) -> None:
    space = lab.host.unshare("uts", name="one")
    before = space.call(links)
    space.call(namespaces.unshare, namespaces.CLONE_NEWUTS)
    after = space.call(links)
    assert {kind for kind in before if before[kind] != after[kind]} == {"uts"}


def test_setns_joins_what_the_descriptor_stands_for(lab: Lab) -> None:
    space = lab.host.unshare("uts", name="one")
    target = lab.host.call(links)["uts"]
    assert space.call(links)["uts"] != target
    space.call(join, "/proc/1/ns/uts", namespaces.CLONE_NEWUTS)
    assert space.call(links)["uts"] == target


def test_a_refusal_names_the_flags(lab: Lab) -> None:
    with pytest.raises(KernelRefused, match=r"setns\(-1, CLONE_NEWNS\|CLONE_NEWUTS\): EBADF"):
        lab.host.call(namespaces.setns, -1, namespaces.CLONE_NEWNS | namespaces.CLONE_NEWUTS)
    with pytest.raises(KernelRefused, match=r"unshare\(0\): EINVAL"):
        lab.host.call(namespaces.unshare, 1)


def links() -> dict[str, str]:
    return {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in namespaces.FLAGS}


def join(path: str, which: int) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        namespaces.setns(opened, which)
    finally:
        os.close(opened)
