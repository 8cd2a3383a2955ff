"""What a process has of its own, and what it runs on, as the kernel has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nslab import Lab, Space


def own(space: Space) -> list[str]:
    return [one.name for one in space.attributes().attributes if one.own]


@pytest.mark.parametrize(
    ("types", "names"),
    [
        (("uts",), ["host name"]),
        (("mnt", "pid"), ["mount points", "process ids"]),
        (("user",), ["users and ids", "capabilities"]),
        (("net", "ipc"), ["network", "message queues"]),
        (("cgroup", "time"), ["root of the cgroup tree", "clocks since boot"]),
    ],
)  # fmt: skip
def test_what_was_unshared_is_its_own(lab: Lab, types: tuple[str, ...], names: list[str]) -> None:
    assert own(lab.host.unshare(*types)) == names
    assert own(lab.host) == []


def test_a_root_of_its_own_is_seen(lab: Lab) -> None:
    lab.host.run(
        "mkdir /srv/r; mount -t tmpfs r /srv/r; mkdir /srv/r/usr /srv/r/proc; mount --rbind /proc /srv/r/proc"
    )
    box = lab.host.unshare("uts", name="box")
    box.chroot("/srv/r")
    assert own(box) == ["host name", "root directory"]


def test_lost_privileges_and_limits_are_seen(lab: Lab) -> None:
    def drop() -> None:
        import ctypes
        import resource

        libc = ctypes.CDLL(None)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        assert libc.prctl(38, 1, 0, 0, 0) == 0
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        assert libc.capset(header, (ctypes.c_uint32 * 6)(1, 1, 0)) == 0

    box = lab.host.unshare("uts", name="box")
    box.call(drop)
    told = {one.name: (one.value, one.own) for one in box.attributes().attributes}
    assert told["open files"] == ("at most 64", True)
    assert told["no_new_privs"] == ("set", True)
    assert told["capabilities"][0].startswith("1 of ")


def test_layers_hold_the_processes_of_each_space(lab: Lab) -> None:
    box = lab.host.unshare("pid", name="box")
    started = [box.start("sleep 100"), box.start("sleep 100"), lab.host.start("sleep 100")]
    pids = [one.pid for one in started]
    shown = lab.layers()
    assert shown.spaces == {
        "host": (f"{pids[2]} sleep",),
        "box": (f"{pids[0]} sleep", f"{pids[1]} sleep"),
    }
    assert repr(shown).splitlines()[:4] == [
        "containers, as this kernel has them",
        f"  host  {pids[2]} sleep",
        f"  box   {pids[0]} sleep, {pids[1]} sleep",
        "  Linux kernel, one for all",
    ]
