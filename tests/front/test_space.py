"""What a space does: run, call, be made of namespaces, end."""

from __future__ import annotations

import errno
import json
import os
import time

import pytest

from nslab import KernelRefused, Lab, SpaceGone
from nslab.lab.failure import SpaceError


def test_run_returns_command_output_and_status(lab: Lab) -> None:
    done = lab.host.run("echo out; echo err >&2; exit 3")
    assert (done.command, done.output, done.status) == ("echo out; echo err >&2; exit 3", "out\nerr\n", 3)
    assert str(done) == "host# echo out; echo err >&2; exit 3\nout\nerr\n[exit 3]"


def test_a_missing_command_is_said_by_the_shell(lab: Lab) -> None:
    done = lab.host.run("nosuchcommand --flag")
    assert done.status == 127
    assert "nosuchcommand: not found" in done.output


def test_plain_words_and_shell_grammar_give_the_same(lab: Lab) -> None:
    assert lab.host.run("uname -s").output == lab.host.run("uname -s;").output == "Linux\n"
    assert lab.host.run("cd /srv && pwd").output == "/srv\n"
    assert lab.host.run("FOO=1 env | grep FOO").output == "FOO=1\n"
    assert lab.host.run("").status == 0


def test_output_of_any_size_and_kind_arrives(lab: Lab) -> None:
    assert lab.host.run("head -c 3000000 /dev/zero").output == "\0" * 3_000_000
    assert lab.host.run(r"printf 'caf\351\n'").output == "caf\ufffd\n"


def test_a_background_process_does_not_hold_run_up(lab: Lab) -> None:
    started = time.monotonic()
    assert lab.host.run("sleep 30 & echo started").output == "started\n"
    assert time.monotonic() - started < 10


def test_the_environment_is_the_labs_not_the_machines(lab: Lab) -> None:
    os.environ["NSLAB_SECRET"] = "x"
    try:
        names = lab.host.run("env").output
    finally:
        del os.environ["NSLAB_SECRET"]
    assert "NSLAB_SECRET" not in names
    assert "TERM=dumb" in names


def test_a_command_gets_no_descriptor_of_the_agent(lab: Lab) -> None:
    assert lab.host.run("ls /proc/self/fd").output.split() == ["0", "1", "2", "3"]
    listed: list[int] = []
    lab.host.shell("echo /proc/self/fd/*", lambda text: listed.append(len(text)))
    space = lab.host.unshare("mnt")
    assert space.run("ls /proc/self/fd").output.split() == ["0", "1", "2", "3"]


def test_call_brings_values_and_exceptions_back(lab: Lab) -> None:
    assert lab.host.call(lambda a, b=1: {"sum": a + b, "raw": b"\0"}, 2, b=3) == {"sum": 5, "raw": b"\0"}
    with pytest.raises(FileNotFoundError) as caught:
        lab.host.call(os.stat, "/nowhere")
    assert caught.value.errno == errno.ENOENT
    with pytest.raises(ZeroDivisionError) as divided:
        lab.host.call(lambda: 1 // 0)
    assert "In space 'host'" in divided.value.__notes__[0]
    assert "nslab/lab" not in divided.value.__notes__[0]


def test_call_finds_modules_of_the_notebooks_python(lab: Lab) -> None:
    assert lab.host.call(json.loads, '{"a": [1]}') == {"a": [1]}


def test_only_plain_data_leaves_a_space(lab: Lab) -> None:
    with pytest.raises(TypeError, match="a set cannot leave a space"):
        lab.host.call(lambda: {1})

    def raises_its_own() -> None:
        class Strange(Exception):
            pass

        raise Strange("odd")

    with pytest.raises(SpaceError, match="Strange: odd"):
        lab.host.call(raises_its_own)
    assert lab.host.call(lambda: 1) == 1


def test_unshare_makes_exactly_the_namespaces_asked_for(lab: Lab) -> None:
    def identities() -> dict[str, str]:
        import os

        kinds = ("mnt", "pid", "net", "uts", "ipc", "user", "cgroup", "time")
        return {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in kinds}

    here = lab.host.call(identities)
    for kind in here:
        there = lab.host.unshare(kind).call(identities)
        assert {name for name in here if here[name] != there[name]} == {kind}
    there = lab.host.unshare().call(identities)
    assert {name for name in here if here[name] == there[name]} == {"user"}


def test_join_takes_the_other_spaces_namespaces(lab: Lab) -> None:
    web = lab.host.unshare("uts", "net", name="web")
    web.run("hostname web")
    joined = lab.host.join(web, "uts", name="joined")
    assert joined.run("hostname").output == "web\n"
    assert joined.call(os.readlink, "/proc/self/ns/net") == lab.host.call(os.readlink, "/proc/self/ns/net")
    inner = lab.host.unshare("pid", "mnt", propagation="private", mount_proc=True)
    assert lab.host.join(inner, "pid", "mnt").run("cat /proc/1/comm").output == f"nslab {inner.name}\n"


def test_a_pid_namespace_begins_with_the_agent_and_reaps_orphans(lab: Lab) -> None:
    space = lab.host.unshare("pid", "mnt", propagation="private", mount_proc=True)
    assert space.call(os.getpid) == 1
    space.run("(sleep 0.01 &) ; true")
    deadline = time.monotonic() + 5
    while "sleep" in (seen := space.run("cat /proc/[0-9]*/comm").output) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "sleep" not in seen
    assert lab.host.run(f"cat /proc/{space.pid}/comm").output == f"nslab {space.name}\n"


def test_process_ids_in_a_lab_are_the_same_each_time() -> None:
    def tour() -> list[object]:
        with Lab(quiet=True) as made:
            web = made.host.unshare("mnt", "uts", name="web")
            return [made.host.pid, web.pid, made.host.run("ps -eo pid,ppid,args").output]

    assert tour() == tour()


def test_kill_ends_the_space_and_what_it_started(lab: Lab) -> None:
    space = lab.host.unshare("uts", name="web")
    space.run("sleep 300 &")
    space.shell("sleep 301 &", lambda _: None)
    space.kill()
    assert list(lab.spaces) == ["host"]
    with pytest.raises(SpaceGone, match="'web' has ended"):
        space.run("true")
    space.kill()
    isolated = lab.host.unshare("pid", name="web")
    isolated.run("setsid sleep 302 &")
    isolated.kill()
    assert "sleep 302" not in lab.host.run("ps -e -o args").output


def test_an_agent_killed_from_inside_is_said_and_the_lab_goes_on(lab: Lab) -> None:
    space = lab.host.unshare("uts", name="web")
    lab.host.run(f"kill -9 {space.pid}")
    with pytest.raises(SpaceGone, match="'web' has ended"):
        space.run("true")
    assert lab.host.run("echo still").output == "still\n"
    assert lab.host.unshare("uts", name="web").run("true").status == 0


@pytest.mark.parametrize("name", ["a b", "", "1st", "x" * 16, "é", "a/b"])
def test_a_bad_name_is_refused_before_anything_is_made(lab: Lab, name: str) -> None:
    with pytest.raises(ValueError, match="a space cannot be called"):
        lab.host.unshare("uts", name=name)
    assert list(lab.spaces) == ["host"]


def test_wrong_words_list_the_right_ones(lab: Lab) -> None:
    with pytest.raises(ValueError, match="no namespace type 'network'; the types are mnt, pid, net"):
        lab.host.unshare("network")
    with pytest.raises(ValueError, match="no propagation 'public'; take one of private, slave"):
        lab.host.unshare("mnt", propagation="public")
    with pytest.raises(ValueError, match="say which namespaces to take"):
        lab.host.join(lab.host)
    with pytest.raises(ValueError, match="there is a space 'host' already"):
        lab.host.unshare("uts", name="host")


def test_a_refused_namespace_says_the_errno_and_leaves_the_lab(lab: Lab) -> None:
    lab.host.run("echo 0 > /proc/sys/user/max_uts_namespaces")
    with pytest.raises(KernelRefused, match=r"unshare\(CLONE_NEWUTS\): ENOSPC"):
        lab.host.unshare("uts", name="web")
    assert list(lab.spaces) == ["host"]
    assert lab.host.run("true").status == 0


def test_the_operations_print_the_command_they_equal(capsys: pytest.CaptureFixture[str]) -> None:
    with Lab() as lab:
        web = lab.host.unshare("mnt", "pid", "user", name="web", propagation="slave")
        lab.host.join(web, "uts")
    assert capsys.readouterr().out.splitlines() == [
        "host# unshare --mount --pid --user --map-root-user --fork --propagation slave",
        f"host# nsenter --target {4} --uts",
    ]


def test_several_spaces_are_made_at_once_in_order_and_all_alike(lab: Lab) -> None:
    made = lab.host.unshare_each([f"c{number}" for number in range(30)], "net", "uts")
    assert [space.name for space in made] == [f"c{number}" for number in range(30)]
    assert [space.pid for space in made] == sorted(space.pid for space in made)
    assert len({space.run("readlink /proc/self/ns/net").output for space in made}) == 30
    assert list(lab.spaces) == ["host", *(space.name for space in made)]
    nested = lab.host.unshare_each(["a", "b"], "pid", "mnt", mount_proc=True)
    assert [space.run("echo $$").output for space in nested] == ["2\n", "2\n"]
    assert lab.host.unshare_each([], "net") == []


def test_of_several_spaces_all_are_made_or_none(lab: Lab) -> None:
    lab.host.limit("net", len(lab.spaces) + 4)
    with pytest.raises(KernelRefused, match="ENOSPC"):
        lab.host.unshare_each([f"c{number}" for number in range(40)], "net")
    for names in (["a", "a"], ["a", "host"], ["a", "no name"]):
        with pytest.raises(ValueError, match=r"name"):
            lab.host.unshare_each(names, "net")
    assert list(lab.spaces) == ["host"]
    left = lab.host.run("ps -e -o args | grep -c '[n]slab c'").output
    assert left == "0\n"
