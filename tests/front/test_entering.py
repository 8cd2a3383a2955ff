"""Each way in which nsenter is refused is named by its rule, on the real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab import Lab
from nslab.front import entering

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(quiet=True) as made:
        made.host.run("cd /mnt; touch plain uts pid user; mkdir d")
        made.host.run("cd /mnt; for n in uts pid user; do mount --bind /proc/2/ns/$n $n; done")
        made.host.unshare("mnt", "pid", "uts", name="web", mount_proc=True)
        made.host.unshare("user", "mnt", "uts", name="guest")
        yield made


REFUSED = [
    ("host", "nsenter --target 999 --uts true", "ENOENT", "no /proc/999/ns/uts"),
    ("host", "nsenter --uts=/nowhere true", "ENOENT", "there is no /nowhere"),
    ("host", "nsenter --uts=/mnt/plain true", "EINVAL", "/mnt/plain is no namespace"),
    ("host", "nsenter --net=/mnt/uts true", "EINVAL", "another type than net"),
    ("host", "nsenter -t 2 -U true", "EINVAL", "would give back lost capabilities"),
    ("guest", "nsenter -t 2 -u true", "EACCES", "opened only by who may trace that process"),
    (
        "guest",
        "nsenter --uts=/mnt/uts true",
        "EPERM",
        "needs CAP_SYS_ADMIN in the user namespace",
    ),
    ("guest", "nsenter --user=/mnt/user true", "EPERM", "not below this space's own user namespace"),
    ("web", "nsenter -p/mnt/pid true", "EINVAL", "and /mnt/pid is neither"),
]


@pytest.mark.parametrize(("space", "command", "name", "why"), REFUSED, ids=[row[1] for row in REFUSED])
def test_a_refusal_is_named(lab: Lab, space: str, command: str, name: str, why: str) -> None:
    parts: list[str] = []
    assert lab.spaces[space].shell(command, parts.append) != [0]
    said = " ".join("".join(parts).split())
    assert f"[why: {name}, " in said
    assert why in said


def test_what_is_allowed_is_not_explained(lab: Lab) -> None:
    entry = entering.parse(f"nsenter -t {lab.spaces['web'].pid} -a false")
    assert entry is not None
    assert len(entry.files) == 8
    assert entering.refusal(lab.host, entry) is None


def test_a_command_refused_inside_is_explained_there(lab: Lab) -> None:
    parts: list[str] = []
    lab.host.shell(f"nsenter -t {lab.spaces['web'].pid} -m umount /mnt/d", parts.append)
    assert "[why: EINVAL, " in "".join(parts)


def test_asking_leaves_the_space_where_it_is(lab: Lab) -> None:
    guest = lab.spaces["guest"]
    before = guest.run("readlink /proc/self/ns/uts; ls /proc/$PPID/fd | wc -l").output
    for _ in range(3):
        assert entering.refusal(guest, entering.parse("nsenter -u/mnt/uts true"))
    assert guest.run("readlink /proc/self/ns/uts; ls /proc/$PPID/fd | wc -l").output == before


@pytest.mark.parametrize(
    ("command", "files", "inner"),
    [
        ("nsenter -t 5 -m -- ls -l", (("mnt", "/proc/5/ns/mnt"),), "ls -l"),
        ("nsenter -t5 -Fu/x hostname", (("uts", "/x"),), "hostname"),
        (
            "nsenter --target=5 --mount --user sh",
            (("user", "/proc/5/ns/user"), ("mnt", "/proc/5/ns/mnt")),
            "sh",
        ),
    ],
)
def test_command_lines_are_read_as_nsenter_does(
    command: str, files: tuple[tuple[str, str], ...], inner: str
) -> None:
    entry = entering.parse(command)
    assert entry is not None
    assert (entry.files, entry.command) == (files, inner)


@pytest.mark.parametrize("command", ["ls", "nsenter --frobnicate", "nsenter -t", "nsenter 'x", "nsenter -x"])
def test_what_is_not_understood_is_not_explained(command: str) -> None:
    assert entering.parse(command) is None
