"""Maps of user namespaces as the kernel takes them, and the model's answers against the kernel's."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings

from nslab import KernelRefused, Lab
from nslab.front.mapping import QUESTIONS
from nslab.state.idmap import BadMap, Extent, IdMap
from tests.state.test_idmap import maps

NOT_MAPS = ("0 0 0", "0 0 1\n0 1 1", "0 0 1\n1 0 1", "0 0", "a b c", "0 4294967295 1")


def refusal(lab: Lab, text: str) -> str:
    try:
        lab.host.unshare("user", uid_map=text).kill()
    except KernelRefused as refused:
        return f"{refused.name} {refused.rule}"
    return "taken"


@pytest.mark.parametrize("text", [*NOT_MAPS, "\n".join(f"{n} {n} 1" for n in range(341))])
def test_what_the_model_calls_no_map_is_none_to_the_kernel(lab: Lab, text: str) -> None:
    with pytest.raises(BadMap) as bad:
        IdMap.parse(text)
    assert refusal(lab, text) == f"EINVAL {bad.value.rule}"
    assert list(lab.spaces) == ["host"]


def test_a_refused_map_leaves_the_lab_as_it_was(lab: Lab) -> None:
    assert refusal(lab, "0 70000 1").startswith("EPERM a map is written once")
    assert lab.host.run("id -u").output == "0\n"
    assert refusal(lab, "3 0 1") == "taken"


def test_a_map_is_written_from_outside_once(lab: Lab) -> None:
    made = lab.host.unshare("user", name="made", uid_map="")
    assert made.run("id -u").output == "65534\n"
    lab.host.write_map(made, "uid_map", "0 0 1")
    assert made.run("id -u").output == "0\n"
    with pytest.raises(KernelRefused, match=r"EPERM.*written once"):
        lab.host.write_map(made, "uid_map", "0 0 1")
    with pytest.raises(ValueError, match="gid_map or setgroups"):
        lab.host.write_map(made, "projid_map", "0 0 1")


def test_words_that_do_not_go_together_are_said(lab: Lab) -> None:
    with pytest.raises(ValueError, match="add 'user'"):
        lab.host.unshare("mnt", uid_map="0 0 1")
    with pytest.raises(ValueError, match="uid_map too"):
        lab.host.unshare("user", gid_map="0 0 1")
    with pytest.raises(ValueError, match="take uid or gid"):
        lab.host.id_map("pid")


def test_maps_of_one_id_stack(lab: Lab) -> None:
    outer = lab.host.unshare("user", name="outer", uid_map="7 0 1", setgroups="deny")
    inner = outer.unshare("user", name="inner", uid_map="9 7 1", setgroups="deny")
    assert repr(inner.id_map()).splitlines()[:2] == ["uid  inner   outer   host", "     9       7       0"]
    assert repr(lab.host.id_map()) == "host  its uids are the lab's own: the bottom line"
    assert inner.id_map(raw=True).stack.names[-1] == "machine"
    outer.kill()
    assert repr(inner.id_map()).splitlines()[:2] == ["uid  inner   host", "     9       0"]
    lab.host.run("touch /tmp/file")
    assert [row[:3] for row in lab.see("/tmp/file").rows] == [("host", "0", "0"), ("inner", "9", "9")]
    assert [row[:3] for row in lab.see(inner.pid).rows] == [("host", "0", "0"), ("inner", "9", "9")]
    with pytest.raises(LookupError):
        lab.see(99999)


def test_a_line_lies_within_one_line_of_the_parents_map(lab: Lab) -> None:
    outer = lab.host.unshare("user", name="outer", uid_map="5 0 1", setgroups="deny")
    with pytest.raises(KernelRefused, match=r"EPERM.*within one line"):
        outer.unshare("user", uid_map="0 5 2", setgroups="deny")
    if lab.mode != "one":
        assert refusal(lab, "0 0 2").startswith("EPERM")
        assert refusal(lab, "0 0 1\n1 1 1") == "taken"


def test_files_of_every_owner_are_seen_as_the_model_says(lab: Lab) -> None:
    if lab.mode == "one":
        assert refusal(lab, "0 1 1").startswith("EPERM")
        return

    @settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(maps(4))
    def check(drawn: IdMap) -> None:
        # A lab's own map has a line for id 0 and one for the others: no line goes over both.
        one = IdMap(tuple(Extent(each.inside, each.outside + 1, each.length) for each in drawn.extents))
        space = lab.host.unshare("user", uid_map=str(one))
        try:
            assert space.call(owners, make(lab)) == [one.shown(n) for n in range(60)]
            assert sorted(space.id_map().stack.whole.extents) == sorted(one.extents)
        finally:
            space.kill()

    check()


def make(lab: Lab) -> str:
    lab.host.call(fill, "/tmp/owned", 60)
    return "/tmp/owned"


def fill(folder: str, count: int) -> None:
    os.makedirs(folder, 0o755, exist_ok=True)
    for n in range(count):
        with open(f"{folder}/{n}", "w", encoding="ascii"):
            os.chown(f"{folder}/{n}", n, n)


def owners(folder: str) -> list[int]:
    return [os.stat(f"{folder}/{n}").st_uid for n in range(60)]


@pytest.mark.parametrize(
    "types", [("user",), ("user", "mnt"), ("user", "mnt", "pid", "net", "uts", "ipc"), ("user", "net"), ()]
)
def test_the_rule_and_the_kernel_agree_on_every_act(lab: Lab, types: tuple[str, ...]) -> None:
    space = lab.host.unshare(*types, name="asked") if types else lab.host
    figure = space.may()
    assert len(figure.rows) == len(QUESTIONS)
    assert [row for row in figure.rows if "NOT AS" in row[2]] == []


def test_asking_changes_nothing(lab: Lab) -> None:
    before = lab.host.run("cat /proc/self/mountinfo; ls -lnR /tmp /srv; hostname").output
    lab.host.may()
    lab.host.may("setuid", 0)
    assert lab.host.run("cat /proc/self/mountinfo; ls -lnR /tmp /srv; hostname").output == before


def test_unmapped_ids_are_invalid_and_unmapped_owners_forbidden(lab: Lab) -> None:
    guest = lab.host.unshare("user", name="guest")
    lab.host.run("touch /tmp/file")
    for act, about, name in (
        ("setuid", (5,), "EINVAL"),
        ("setuid", (0,), "yes"),
        ("chown", ("/tmp/file", 5), "EINVAL"),
        ("chown", ("/tmp/file", 0), "yes"),
        ("chown", ("/dev/null", 0), "EPERM"),
    ):
        ((_, kernel, why),) = guest.may(act, *about).rows
        assert (kernel, "NOT AS" in why) == (name, False)
    with pytest.raises(ValueError, match="no rule for 'fly'"):
        guest.may("fly")
    with pytest.raises(KernelRefused, match="ENOENT"):
        guest.may("chown", "/nowhere", 0)


def test_a_death_of_a_writer_is_no_wait(lab: Lab) -> None:
    start = time.monotonic()
    for _ in range(5):
        refusal(lab, "0 0 0")
    assert time.monotonic() - start < 20
    assert lab.host.run("ps -e -o stat= | grep -c Z").output == "0\n"
