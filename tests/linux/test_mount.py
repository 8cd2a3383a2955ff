"""mount(2) and its kin on the real kernel, in a lab."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused
from nslab.linux import mount as m

if TYPE_CHECKING:
    from nslab import Lab

UAPI = {
    "MS_RDONLY": 1, "MS_NOSUID": 2, "MS_NODEV": 4, "MS_NOEXEC": 8, "MS_REMOUNT": 32, "MS_NOATIME": 1024,
    "MS_NODIRATIME": 2048, "MS_BIND": 4096, "MS_MOVE": 8192, "MS_REC": 16384, "MS_UNBINDABLE": 131072,
    "MS_PRIVATE": 262144, "MS_SLAVE": 524288, "MS_SHARED": 1048576, "MS_RELATIME": 2097152,
    "MS_STRICTATIME": 16777216, "MNT_FORCE": 1, "MNT_DETACH": 2,
}  # fmt: skip
"""include/uapi/linux/mount.h and include/linux/fs.h, in decimal."""


def test_every_flag_has_the_kernels_value() -> None:
    assert {name: value for name, value in vars(m).items() if name.startswith(("MS_", "MNT_"))} == UAPI


def test_flags_are_named_from_the_lowest_bit_up() -> None:
    assert m.flag_names(m.MS_SHARED | m.MS_REC, "MS_") == "MS_REC|MS_SHARED"
    assert m.flag_names(m.MNT_DETACH, "MNT_") == "MNT_DETACH"
    assert m.flag_names(0, "MS_") == "0"


def test_a_refused_mount_shows_every_argument(lab: Lab) -> None:
    with pytest.raises(KernelRefused) as refused:
        lab.host.call(m.mount, "tmpfs", "/none", "tmpfs", m.MS_NODEV | m.MS_RDONLY, "size=1m")
    assert str(refused.value).startswith(
        "mount('tmpfs', '/none', tmpfs, MS_RDONLY|MS_NODEV, size=1m): ENOENT"
    )


def test_a_refused_change_shows_null_for_what_was_not_given(lab: Lab) -> None:
    with pytest.raises(KernelRefused, match=r"mount\(NULL, '/mnt', NULL, MS_REC\|MS_SHARED, NULL\): EINVAL"):
        lab.host.call(m.mount, None, "/mnt", None, m.MS_SHARED | m.MS_REC)


def test_a_refused_umount_and_pivot_root_show_theirs(lab: Lab) -> None:
    with pytest.raises(KernelRefused, match=r"umount2\('/mnt', MNT_DETACH\): EINVAL"):
        lab.host.call(m.umount, "/mnt", m.MNT_DETACH)
    with pytest.raises(KernelRefused, match=r"pivot_root\('/mnt', '/mnt'\): EINVAL"):
        lab.host.call(m.pivot_root, "/mnt", "/mnt")
    with pytest.raises(KernelRefused, match=r"chroot\('/none'\): ENOENT"):
        lab.host.call(m.chroot, "/none")


def test_the_flags_in_force_are_those_that_were_set(lab: Lab) -> None:
    wanted = m.MS_RDONLY | m.MS_NOSUID | m.MS_NOEXEC | m.MS_NOATIME
    lab.host.call(m.mount, "tmpfs", "/mnt", "tmpfs", wanted)
    assert lab.host.call(m.current_flags, "/mnt") == wanted
    with pytest.raises(KernelRefused, match=r"statvfs\('/none'\): ENOENT"):
        lab.host.call(m.current_flags, "/none")


def test_paths_are_bytes_for_the_kernel(lab: Lab) -> None:
    lab.host.call(os.mkdir, b"/mnt/\xff")
    lab.host.call(m.mount, "tmpfs", b"/mnt/\xff", "tmpfs")
    assert lab.host.call(os.path.ismount, b"/mnt/\xff") is True
