"""A peer group keeps its letter as long as it lives, whatever number the kernel gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.letters import Letters
from nslab.state.mounts import Mounts

if TYPE_CHECKING:
    from nslab import Lab


def read(*lines: str, space: str = "host") -> Mounts:
    """Read lines of ``id point tag ...`` below a private root."""
    return Mounts.read({space: table(*lines)})


def table(*lines: str) -> bytes:
    rows = ["1 0 0:1 / / rw - tmpfs root rw"]
    for line in lines:
        number, point, *tags = line.split()
        rows.append(f"{number} 1 0:{number} / {point} {' '.join(['rw', *tags])} - tmpfs x rw")
    return "".join(f"{row}\n" for row in rows).encode()


def test_letters_come_in_the_order_of_the_rows() -> None:
    assert Letters().names(read("10 /b shared:7", "11 /a shared:90", "12 /c shared:3")) == {
        90: "A",
        7: "B",
        3: "C",
    }


def test_a_master_out_of_sight_comes_after_the_groups_with_members() -> None:
    assert Letters().names(read("10 /a master:5", "11 /b shared:6", "12 /c master:6 propagate_from:8")) == {
        6: "A",
        5: "B",
        8: "C",
    }


def test_a_letter_stays_when_earlier_groups_go() -> None:
    letters = Letters()
    letters.names(read("10 /a shared:1", "11 /b shared:2"))
    assert letters.names(read("11 /b shared:2", "12 /c shared:3")) == {2: "B", 3: "C"}


def test_a_number_that_is_used_again_gets_a_new_letter() -> None:
    letters = Letters()
    letters.names(read("10 /a shared:1"))
    assert letters.names(read("12 /a shared:1")) == {1: "B"}


def test_a_number_that_was_away_gets_a_new_letter() -> None:
    letters = Letters()
    letters.names(read("10 /a shared:1"))
    letters.names(read())
    assert letters.names(read("10 /a shared:1")) == {1: "B"}


def test_a_group_lives_on_with_one_old_member() -> None:
    letters = Letters()
    letters.names(read("10 /a shared:1", "11 /b shared:1"))
    letters.names(read("11 /b shared:1", "12 /c shared:1"))
    assert letters.names(read("12 /c shared:1")) == {1: "A"}


def test_a_group_lives_on_as_a_master_without_members_in_sight() -> None:
    letters = Letters()
    letters.names(read("10 /a shared:1", "11 /b master:1"))
    assert letters.names(read("11 /b master:1")) == {1: "A"}
    assert letters.names(read("11 /b master:1", "12 /c shared:1")) == {1: "A"}


def test_what_is_folded_away_keeps_its_letter() -> None:
    letters = Letters()
    mounts = read("10 /a shared:1", "11 /b shared:2")
    letters.names(mounts)
    assert letters.names(mounts.below("/b")) == {2: "B"}
    assert letters.names(mounts) == {1: "A", 2: "B"}


def test_a_look_at_one_space_does_not_end_the_groups_of_another() -> None:
    letters = Letters()
    tables = {"host": table("10 /a shared:1"), "web": table("20 /a shared:1", "21 /b shared:2")}
    both = Mounts.read(tables)
    assert letters.names(both) == {1: "A", 2: "B"}
    assert letters.names(both.of(["host"]), both) == {1: "A"}
    assert letters.names(both.of(["web"]), both) == {1: "A", 2: "B"}


def test_on_the_kernel_a_group_made_anew_is_another_one(lab: Lab) -> None:
    lab.host.run("mkdir /a /b; mount -t tmpfs a /a; mount -t tmpfs b /b")
    for point in ("/a", "/b"):
        lab.host.make_shared(point)
    assert list(lab.mounts().names.values()) == ["A", "B"]
    lab.host.umount("/a")
    assert list(lab.mounts().names.values()) == ["B"]
    lab.host.mount("tmpfs", "/a")
    lab.host.make_shared("/a")
    assert list(lab.mounts().names.values()) == ["C", "B"]
