"""Each mount operation does what the command does that it prints, and says what refused it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused, Lab

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab import Space

Operation = tuple[str, "Callable[[Space], None]"]

OPERATIONS: list[Operation] = [
    ("mount -t tmpfs data /mnt", lambda s: s.mount("tmpfs", "/mnt", name="data")),
    (
        "mount -t tmpfs -o ro,nosuid,size=1m tmpfs /mnt",
        lambda s: s.mount("tmpfs", "/mnt", options="ro,nosuid,size=1m"),
    ),
    ("mount --bind /srv /mnt", lambda s: s.bind("/srv", "/mnt")),
    ("mount --rbind /t /mnt", lambda s: s.bind("/t", "/mnt", recursive=True)),
    ("mount --move /t /mnt", lambda s: s.move("/t", "/mnt")),
    ("umount /t/sub", lambda s: s.umount("/t/sub")),
    ("umount -l /t", lambda s: s.umount("/t", lazy=True)),
    ("mount --make-shared /t", lambda s: s.make_shared("/t")),
    ("mount --make-rshared /t", lambda s: s.make_shared("/t", recursive=True)),
    ("mount --make-slave /s", lambda s: s.make_slave("/s")),
    ("mount --make-rslave /s", lambda s: s.make_slave("/s", recursive=True)),
    ("mount --make-private /s", lambda s: s.make_private("/s")),
    ("mount --make-rprivate /s", lambda s: s.make_private("/s", recursive=True)),
    ("mount --make-unbindable /t", lambda s: s.make_unbindable("/t")),
    ("mount --make-runbindable /t", lambda s: s.make_unbindable("/t", recursive=True)),
    ("mount -o remount,ro,relatime none /t", lambda s: s.remount("/t", "ro")),
    ("mount -o remount,bind,ro,nodev,relatime none /t", lambda s: s.remount("/t", "ro,nodev", bind=True)),
    ("mkdir -p '/mnt/a b'", lambda s: s.mkdir("/mnt/a b")),
]
SETUP = (
    "mkdir /t /s; mount -t tmpfs t /t; mkdir /t/sub; mount -t tmpfs sub /t/sub; "
    "mount -t tmpfs s /s; mount --make-shared /s; mkdir /s2; mount --bind /s /s2"
)


def described(space: Space) -> list[tuple[str, ...]]:
    """Every mount as parent's point, root, point, options, type, source: without changing numbers."""
    lines = [line.split(" ") for line in space.run("cat /proc/self/mountinfo").output.splitlines()]
    points = {line[0]: line[4] for line in lines}
    groups: dict[str, str] = {}
    rows = []
    for line in lines:
        dash = line.index("-")
        tags = [tag.partition(":") for tag in line[6:dash]]
        named = [word + groups.setdefault(number, chr(65 + len(groups))) for word, _, number in tags]
        rows.append((points.get(line[1], "?"), line[3], line[4], line[5], *named, *line[dash + 1 : dash + 3]))
    return sorted(rows)


@pytest.mark.parametrize(("command", "operation"), OPERATIONS, ids=[command for command, _ in OPERATIONS])
def test_an_operation_equals_the_command_it_prints(
    command: str, operation: Callable[[Space], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with Lab() as by_call, Lab(quiet=True) as by_command:
        for lab in (by_call, by_command):
            assert lab.host.run(SETUP).status == 0
        operation(by_call.host)
        assert capsys.readouterr().out == f"host# {command}\n"
        assert by_command.host.run(command).status == 0
        assert described(by_call.host) == described(by_command.host)
        assert by_call.host.run("ls /mnt").output == by_command.host.run("ls /mnt").output


def test_chroot_moves_this_space_only(lab: Lab) -> None:
    lab.host.run(
        "mkdir -p /srv/root/usr; mount --rbind /usr /srv/root/usr; ln -s usr/bin usr/lib usr/lib64 /srv/root"
    )
    box = lab.host.unshare("uts", name="box")
    box.chroot("/srv/root")
    assert box.run("ls /").output.split() == ["bin", "lib", "lib64", "usr"]
    assert "etc" in lab.host.run("ls /").output


def test_pivot_root_moves_the_whole_namespace(lab: Lab) -> None:
    box = lab.host.unshare("mnt", name="box", propagation="private")
    box.shell("mkdir /srv/r; mount -t tmpfs r /srv/r; mkdir /srv/r/old", lambda _: None)
    box.pivot_root("/srv/r", "/srv/r/old")
    seen: list[str] = []
    box.shell("echo /*", seen.append)
    assert "".join(seen) == "box# echo /*\n/old\n"
    assert "old" not in lab.host.run("ls /").output


REFUSALS = [
    (
        lambda s: s.mount("tmpfs", "/nowhere"),
        "mount",
        "ENOENT",
        "/nowhere does not exist; make it first",
    ),
    (lambda s: s.bind("/nowhere", "/mnt"), "mount", "ENOENT", "/nowhere does not exist"),
    (lambda s: s.umount("/srv"), "umount2", "EINVAL", ""),
    (lambda s: s.umount("/t"), "umount2", "EBUSY", ""),
    (lambda s: s.mount("nosuchfs", "/mnt"), "mount", "ENODEV", ""),
    (lambda s: s.bind("/etc/passwd", "/mnt"), "mount", "ENOTDIR", ""),
    (lambda s: s.remount("/usr", "rw", bind=True), "mount", "EPERM", ""),
    (lambda s: s.umount("/usr"), "umount2", "EINVAL", ""),
    (lambda s: s.pivot_root("/t", "/srv"), "pivot_root", "EBUSY", ""),
    (lambda s: s.chroot("/nowhere"), "chroot", "ENOENT", "/nowhere does not exist"),
    (lambda s: s.mount("tmpfs", "/mnt/" + "x" * 256), "mount", "ENAMETOOLONG", ""),
]


@pytest.mark.parametrize(("operation", "call", "name", "rule"), REFUSALS)
def test_a_refusal_names_call_arguments_and_errno_and_changes_nothing(
    lab: Lab, operation: Callable[[Space], None], call: str, name: str, rule: str
) -> None:
    lab.host.run(SETUP)
    before = described(lab.host)
    with pytest.raises(KernelRefused) as refused:
        operation(lab.host)
    assert (refused.value.call, refused.value.name) == (call, name)
    assert rule in str(refused.value)
    assert str(refused.value).startswith(f"{call}(")
    assert described(lab.host) == before


def test_a_refusal_crosses_pickle_and_keeps_its_rule() -> None:
    import pickle

    refused = KernelRefused(22, "mount", "'a'", "because")
    assert (
        str(pickle.loads(pickle.dumps(refused)))
        == str(refused)
        == "mount('a'): EINVAL (Invalid argument). because"
    )


def test_the_machines_files_cannot_be_written_from_a_lab(lab: Lab) -> None:
    for line in (
        "touch /usr/x",
        "mount -o remount,rw,bind /usr",
        "umount /usr",
        "umount -l /usr",
        "mknod /tmp/d b 8 0",
    ):
        assert lab.host.run(line).status != 0, line
    assert not os.path.exists("/usr/x")
