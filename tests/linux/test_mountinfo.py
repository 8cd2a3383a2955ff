"""The table of mounts and its unique ids, as the kernel has them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nslab.linux import libc, mountinfo
from nslab.linux.refusal import KernelRefused
from nslab.state.mountinfo import parse_mountinfo

if TYPE_CHECKING:
    from nslab import Lab


def table() -> bytes:
    proc = os.open("/proc", os.O_PATH)
    try:
        return mountinfo.read(proc)
    finally:
        os.close(proc)


def has_statmount() -> bool:
    """Whether the kernel knows the call, asked with nothing that it could answer."""
    try:
        libc.syscall("statmount", mountinfo.STATMOUNT, 0, 0, 0, 0, shown="")
    except KernelRefused as refused:
        return refused.name != "ENOSYS"
    return True


def test_the_table_is_read_to_its_end(lab: Lab) -> None:
    lab.host.run(
        "cd /mnt; for i in $(seq 300); do mkdir dir$i; mount -t tmpfs some-rather-long-name-$i dir$i; done"
    )
    read = lab.host.call(table)
    assert len(read) > 20_000
    assert read == lab.host.run("cat /proc/$PPID/mountinfo").output.encode()
    assert sum(one.point.startswith("/mnt/dir") for one in parse_mountinfo(read)) == 300


def test_every_visible_mount_has_a_unique_id_of_its_own(lab: Lab) -> None:
    ids = lab.host.call(mountinfo.unique_ids)
    seen = {one.id for one in parse_mountinfo(lab.host.call(table))}
    if not lab.host.call(has_statmount):
        assert ids == {}
        return
    assert seen <= set(ids)
    assert len(set(ids.values())) == len(ids)
    assert min(ids.values()) > 1 << 31


def test_more_ids_than_one_call_returns_are_listed(lab: Lab) -> None:
    lab.host.call(stack, "/mnt", 2100)
    ids = lab.host.call(mountinfo.unique_ids)
    tables = parse_mountinfo(lab.host.call(table))
    assert len(tables) > 2100
    assert not ids or {one.id for one in tables} <= set(ids)


def test_a_later_mount_with_the_same_id_has_another_unique_id(lab: Lab) -> None:
    met: list[tuple[int, int]] = []
    for _ in range(20):
        lab.host.mount("tmpfs", "/mnt")
        number = next(one.id for one in parse_mountinfo(lab.host.call(table)) if one.point == "/mnt")
        met.append((number, lab.host.call(mountinfo.unique_ids).get(number, 0)))
        lab.host.umount("/mnt")
    assert len({number for number, _ in met}) < 20
    assert len({unique for _, unique in met}) == (20 if lab.host.call(has_statmount) else 1)


def stack(target: str, count: int) -> None:
    from nslab.linux import mount

    for _ in range(count):
        mount.mount("none", target, "tmpfs")
