"""Spaces are made from new namespaces, others' and kept ones; each refusal names its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused, Lab, SpaceGone

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_kept_namespace_outlives_its_space(lab: Lab) -> None:
    web = lab.host.unshare("uts", name="web")
    web.sethostname("kept")
    lab.host.keep(web, "uts", "/run/web")
    web.kill()
    again = lab.host.join("/run/web", "uts", name="again")
    assert again.run("hostname").output == "kept\n"
    again.kill()
    lab.host.umount("/run/web")
    with pytest.raises(KernelRefused, match=r"EINVAL.*no namespace of this type"):
        lab.host.join("/run/web", "uts")


def test_a_new_pid_namespace_can_be_kept_and_joined(lab: Lab) -> None:
    web = lab.host.unshare("pid", name="web")
    lab.host.keep(web, "pid", "/run/pids")
    late = lab.host.join("/run/pids", "pid", name="late")
    assert late.run("readlink /proc/self").output
    found = lab.namespaces().namespaces
    assert found.of["late"]["pid"] == found.of["web"]["pid"]


def test_clocks_are_offset_in_a_new_time_namespace(lab: Lab) -> None:
    space = lab.host.unshare("time", name="future", boottime=864_000, monotonic=-1)
    assert space.run("cat /proc/self/timens_offsets").output.split() == [
        *("monotonic", "-1", "0"),
        *("boottime", "864000", "0"),
    ]
    uptime = [float(one.run("cat /proc/uptime").output.split()[0]) for one in (lab.host, space)]
    assert 863_999 < uptime[1] - uptime[0] < 864_030


def test_limits_are_read_and_set_for_one_user_namespace(lab: Lab) -> None:
    guest = lab.host.unshare("user", name="guest")
    before = lab.host.limits
    guest.limit("uts", 1)
    assert guest.limits["uts"] == 1
    assert lab.host.limits == before
    guest.unshare("uts", name="first")
    with pytest.raises(KernelRefused, match=r"ENOSPC.*a limit of /proc/sys/user"):
        guest.unshare("uts")


REFUSED: list[tuple[Callable[[Lab], object], type[Exception], str]] = [
    (
        lambda lab: lab.host.unshare("nonsense"),
        ValueError,
        "no namespace type 'nonsense'; the types are mnt, pid",
    ),
    (lambda lab: lab.host.unshare("uts", boottime=1), ValueError, "add 'time' to the types"),
    (lambda lab: lab.host.unshare("time", tai=1), ValueError, "the clocks are monotonic and boottime"),
    (lambda lab: lab.host.unshare("time", boottime=-(10**9)), KernelRefused, "ERANGE.*negative or too large"),
    (lambda lab: lab.host.join("/run/none", "uts"), KernelRefused, "ENOENT.*keep a namespace there first"),
    (lambda lab: lab.host.join("/run", "uts"), KernelRefused, "EINVAL.*no namespace of this type"),
    (lambda lab: lab.host.join("/run/x", "uts", "net"), ValueError, "say of which one type"),
    (lambda lab: lab.host.join(lab.host), ValueError, "say which namespaces to take"),
    (lambda lab: lab.host.keep(lab.host, "nonsense", "/run/x"), ValueError, "no namespace type 'nonsense'"),
    (lambda lab: lab.host.keep(lab.host, "uts", "/nowhere/x"), KernelRefused, "ENOENT"),
    (lambda lab: lab.host.keep(lab.host, "mnt", "/run/x"), KernelRefused, "EINVAL.*never in itself"),
    (lambda lab: lab.host.limit("nonsense", 1), ValueError, "no namespace type 'nonsense'"),
    (lambda lab: lab.host.limit("uts", -5), KernelRefused, "EINVAL"),
    (
        lambda lab: lab.host.unshare("user").join(lab.host, "uts"),
        KernelRefused,
        "EPERM.*takes CAP_SYS_ADMIN",
    ),
]


@pytest.mark.parametrize(("attempt", "error", "said"), REFUSED, ids=[row[2][:30] for row in REFUSED])
def test_bad_input_is_refused_with_its_rule(
    lab: Lab, attempt: Callable[[Lab], object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        attempt(lab)
    assert lab.host.run("echo well").output == "well\n"


def test_a_space_that_has_ended_is_not_joined(lab: Lab) -> None:
    web = lab.host.unshare("uts", name="web")
    web.kill()
    with pytest.raises(SpaceGone):
        lab.host.join(web, "uts")
    with pytest.raises(SpaceGone):
        lab.host.keep(web, "uts", "/run/web")


def test_offsets_are_fixed_once_a_process_is_there(lab: Lab) -> None:
    told = lab.host.run("unshare --time bash -c 'true; echo boottime 1 0 > /proc/self/timens_offsets'")
    assert "Permission denied" in told.output


def test_each_prints_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    with Lab() as lab:
        web = lab.host.unshare("uts", "time", name="web", boottime=5)
        lab.host.keep(web, "uts", "/run/w")
        lab.host.join("/run/w", "uts")
        lab.host.limit("net", 7)
    assert capsys.readouterr().out.splitlines() == [
        "host# unshare --uts --time --boottime 5",
        "host# touch /run/w; mount --bind /proc/4/ns/uts /run/w",
        "host# nsenter --uts=/run/w",
        "host# echo 7 > /proc/sys/user/max_net_namespaces",
    ]


def test_a_cgroup_is_entered_where_it_is_delegated_and_else_the_rule_is_told(lab: Lab) -> None:
    lab.host.mount("cgroup2", "/mnt")
    web = lab.host.unshare("uts", name="web")
    before = web.run("cat /proc/self/cgroup").output
    if lab.host.run("mkdir /mnt/nslab-test").status == 0:
        web.enter_cgroup("/mnt/nslab-test")
        assert "0::/nslab-test\n" in web.run("cat /proc/self/cgroup").output
        web.enter_cgroup("/mnt")
        assert lab.host.run("rmdir /mnt/nslab-test").status == 0
    else:
        with pytest.raises(KernelRefused, match=r"(EACCES|EPERM).*belongs to somebody else.*Delegation"):
            web.enter_cgroup("/mnt")
    assert web.run("cat /proc/self/cgroup").output == before
    with pytest.raises(KernelRefused, match=r"ENOENT.*mount the tree first"):
        web.enter_cgroup("/nowhere")
