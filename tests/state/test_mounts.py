"""Mount tables of several spaces side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab.state.mountinfo import MountinfoError, parse_mountinfo
from nslab.state.mounts import Mounts, machine_files

if TYPE_CHECKING:
    from nslab import Lab

LAB = """
1 0 0:1 / / rw - tmpfs nslab rw
2 1 8:1 /usr /usr ro - ext4 /dev/sda rw
3 1 0:3 / /proc rw - proc proc rw
4 1 0:4 / /dev rw - tmpfs dev rw
5 4 0:5 / /dev/pts rw - devpts devpts rw
6 1 0:6 / /mnt rw shared:1 - tmpfs data rw
7 6 0:7 / /mnt/usr rw - tmpfs x rw
8 1 0:8 / /devices rw - tmpfs y rw
"""


def table(text: str) -> bytes:
    return text.lstrip().encode()


def paths(mounts: Mounts) -> list[str]:
    return [row.path for row in mounts.rows()]


def test_the_furniture_of_a_lab_is_folded_away_and_counted() -> None:
    mounts = Mounts.read({"host": table(LAB)})
    assert paths(mounts) == ["/", "/devices", "/mnt", "/mnt/usr"]
    assert mounts.folded() == 4


def test_a_path_asks_about_itself_and_what_is_below() -> None:
    mounts = Mounts.read({"host": table(LAB)})
    assert paths(mounts.below("/dev")) == ["/dev", "/dev/pts"]
    assert paths(mounts.below("/mnt/")) == ["/mnt", "/mnt/usr"]
    assert paths(mounts.below("/")) == [
        "/",
        "/dev",
        "/dev/pts",
        "/devices",
        "/mnt",
        "/mnt/usr",
        "/proc",
        "/usr",
    ]
    assert paths(mounts.below("/none")) == []
    assert mounts.below("/mnt").folded() == 0


def test_a_table_that_is_no_labs_is_shown_whole() -> None:
    mounts = Mounts.read({"machine": table(LAB.replace("nslab", "/dev/sda2"))})
    assert len(mounts.rows()) == 8
    assert mounts.folded() == 0


def test_the_same_path_and_thing_is_one_row() -> None:
    other = "21 20 0:6 / /mnt rw master:1 - tmpfs data rw\n22 21 0:9 / /mnt/usr rw - tmpfs x rw\n"
    mounts = Mounts.read({"host": table(LAB), "web": table(other)}).below("/mnt")
    rows = [(row.path, [mount.id if mount else None for mount in row.mounts]) for row in mounts.rows()]
    assert rows == [("/mnt", [6, 21]), ("/mnt/usr", [7, None]), ("/mnt/usr", [None, 22])]


def test_spaces_of_one_namespace_share_a_column() -> None:
    tables = {"host": table(LAB), "web": table(LAB), "net": table(LAB)}
    mounts = Mounts.read(tables, {"host": "mnt:[1]", "web": "mnt:[2]", "net": "mnt:[1]"})
    assert [column.title for column in mounts.columns] == ["host, net", "web"]


def test_what_one_space_sees_is_its_column_under_its_name() -> None:
    tables = {"host": table(LAB), "web": table(LAB), "net": table(LAB)}
    mounts = Mounts.read(tables, {"host": "mnt:[1]", "web": "mnt:[2]", "net": "mnt:[1]"}).below("/mnt")
    assert [column.title for column in mounts.of(["net"]).columns] == ["net"]
    assert paths(mounts.of(["net"])) == ["/mnt", "/mnt/usr"]
    assert mounts.of([]).columns == ()


def test_mounts_below_a_covered_and_a_covering_one_are_two_rows() -> None:
    stacked = (
        "1 0 0:1 / /t rw - tmpfs a rw\n2 1 0:2 / /t/x rw - tmpfs x rw\n"
        "3 1 0:3 / /t rw - tmpfs b rw\n4 3 0:2 / /t/x rw - tmpfs x rw\n"
    )
    rows = Mounts.read({"host": stacked.encode()}).rows()
    assert [mount.id for row in rows for mount in row.mounts if mount] == [1, 2, 3, 4]


def test_rows_come_part_by_part_and_not_letter_by_letter() -> None:
    lines = [
        f"{number} 1 0:{number} / {path} rw - tmpfs x rw\n"
        for number, path in enumerate(("/a/z", "/a b", "/a", "/a-b"), 2)
    ]
    mounts = Mounts.read(
        {"host": "".join(["1 0 0:1 / / rw - tmpfs x rw\n", *lines]).replace("/a b", "/a\\040b").encode()}
    )
    assert paths(mounts) == ["/", "/a", "/a/z", "/a b", "/a-b"]


def test_line_is_the_mount_that_a_path_leads_to() -> None:
    stacked = "1 0 0:1 / / rw - tmpfs a rw\n2 1 0:2 / /t rw - tmpfs low rw\n3 2 0:3 / /t rw - tmpfs high rw\n"
    mounts = Mounts.read({"host": stacked.encode()})
    assert mounts.line("/t").source == "high"
    with pytest.raises(LookupError, match="nothing is mounted at '/x'; there are mounts at /, /t, /t"):
        mounts.line("/x")


def test_what_lies_on_the_machine_is_called_by_its_path_there() -> None:
    lab = Mounts.read({"host": table(LAB)})
    machine = machine_files(parse_mountinfo(table(LAB)))
    assert machine == (((8, 1), "/usr", "/usr"),)
    bound = "9 1 8:1 /usr/bin /mnt/b rw - ext4 /dev/sda rw\n10 1 8:1 /var /mnt/v rw - ext4 /dev/sda rw\n"
    mounts = Mounts.read({"host": table(LAB) + bound.encode()}, machine=machine)
    names = {row.path: row.what for row in mounts.below("/").rows()}
    assert names["/usr"] == "machine:/usr"
    assert names["/mnt/b"] == "machine:/usr/bin"
    assert names["/mnt/v"] == "/dev/sda[/var] (ext4)"
    assert lab.what(next(iter(lab.everything()))) == "nslab (tmpfs)"


def test_identities_come_from_the_unique_ids() -> None:
    mounts = Mounts.read({"host": table(LAB)}, unique={6: 1 << 33})
    assert mounts.line("/mnt").identity == 1 << 33


def test_groups_that_hear_themselves_are_refused() -> None:
    loop = "1 0 0:1 / /a rw shared:1 master:2 - tmpfs a rw\n2 0 0:1 / /b rw shared:2 master:1 - tmpfs a rw\n"
    with pytest.raises(MountinfoError, match="peer group 1 is its own master"):
        Mounts.read({"host": loop.encode()})


def test_every_lab_shows_the_same_table(lab: Lab) -> None:
    lab.host.mount("tmpfs", "/mnt", name="data")
    web = lab.host.unshare("mnt", "pid", name="web", mount_proc=True)
    assert [(row.path, row.what) for row in lab.mounts().mounts.rows()] == [
        ("/", "nslab (tmpfs)"),
        ("/mnt", "data (tmpfs)"),
    ]
    assert [row.path for row in web.mounts("/proc").mounts.rows()] == ["/proc", "/proc"]
