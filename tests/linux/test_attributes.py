"""What is read of a process, beside what Linux's own commands say of the same process."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

from nslab.linux import attributes

if TYPE_CHECKING:
    from nslab import Lab


def test_this_process_is_read_as_the_kernel_has_it() -> None:
    told = attributes.read()
    root = os.stat("/")
    assert told["root"] == [root.st_dev, root.st_ino]
    assert told["uid"] == os.geteuid()
    assert told["limits"]["open files"] == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert told["cgroups"] == sorted(set(told["cgroups"]))
    assert all(path.startswith("/") for path in told["cgroups"])


def test_root_in_a_lab_has_every_capability_that_the_kernel_knows(lab: Lab) -> None:
    told = lab.host.call(attributes.read)
    assert told["capabilities"] == told["known"]
    assert f"{told['known']:016x}" in lab.host.run("grep CapBnd /proc/self/status").output


def test_privileges_that_are_dropped_are_seen(lab: Lab) -> None:
    seen = lab.host.fork(dropped)
    assert seen == [True, True]


def dropped() -> list[bool]:
    import ctypes

    from nslab.linux import attributes

    libc = ctypes.CDLL(None)
    no_new_privs = libc.prctl(38, 1, 0, 0, 0) == 0 and attributes.read()["no_new_privs"]
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    left = libc.capset(header, (ctypes.c_uint32 * 6)(1, 1, 0)) == 0 and attributes.read()["capabilities"]
    return [no_new_privs, left == 1]
