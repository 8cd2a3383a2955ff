"""The processes of a lab as data: read from lines, nested, and followed through time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.state import signals
from nslab.state.lives import Lives
from nslab.state.processes import Process, Processes

PARENTS = {10: 0, 20: 10, 30: 20, 40: 10}
LINES = (
    "S 0 1 0 0 0 10 nslab init",
    "S 1 2 0 0 4002 10 nslab host",
    "S 1 4,1 0 0 4002 20 nslab box",
    "Z 4 5,2 0 0 0 20 sleep",
    "S 4 7,4,1 0 0 0 30 sh",
    "S 2 9,1 0 1 0 40 sleep",
)


def read(*lines: str) -> Processes:
    """Return processes from lines whose fields are parted by spaces, PIDs by commas."""
    made = []
    for line in lines:
        state, parent, pids, *rest = line.split(" ", 7)
        made.append("\t".join([state, parent, pids.replace(",", " "), *rest]))
    return Processes.read("\n".join(made).encode(), PARENTS, {2: "host", 4: "box"})


def test_each_process_has_a_pid_at_every_level_it_is_seen_from() -> None:
    found = read(*LINES)
    assert [process.pids for process in found.every] == [(1,), (2,), (4, 1), (5, 2), (7, 4, 1), (9, 1)]
    assert [process.level for process in found.every] == [0, 0, 1, 1, 2, 1]
    assert [process.pid for process in found.every if process.reaper] == [1, 4, 7, 9]
    assert [process.name for process in found.every if process.zombie] == ["sleep"]


def test_namespaces_come_nested_and_are_named_by_their_spaces_else_by_letters() -> None:
    found = [(one.title, one.level, one.parent, one.init) for one in read(*LINES).namespaces]
    assert found == [("host", 0, 0, 1), ("box", 1, 10, 4), ("A", 2, 20, 7), ("B", 1, 10, 9)]


def test_a_pid_is_looked_up_in_a_namespace_and_what_it_sees() -> None:
    found = read(*LINES)
    assert [one.pid if (one := found.seen(20, pid)) else None for pid in (1, 2, 3, 4)] == [4, 5, None, 7]
    assert found.seen(99, 1) is None


def test_what_is_within_a_space_keeps_its_outer_pids() -> None:
    assert [process.pids for process in read(*LINES).within("box").every] == [(4, 1), (5, 2), (7, 4, 1)]
    with pytest.raises(LookupError, match="no space 'web'; there is host, box"):
        read(*LINES).within("web")


def test_names_with_tabs_in_them_stay_whole() -> None:
    (odd,) = Processes.read(b"S\t0\t1\t0\t0\t0\t10\ta\tb", PARENTS).every
    assert odd.name == "a\tb"


def test_between_two_moments_some_are_new_some_adopted_some_gone() -> None:
    before = read(*LINES)
    after = read(*LINES[:3], LINES[4].replace("S 4", "S 1"), LINES[5], "S 2 11 0 0 0 10 sh")
    lives = Lives.between(before, after)
    assert lives.new == {11}
    assert {pid: was.pid for pid, was in lives.adopted.items() if was} == {7: 4}
    assert [process.pid for process in lives.gone] == [5]


@given(st.sets(st.integers(1, 31), max_size=6))
def test_a_mask_holds_the_signals_it_was_made_of(chosen: set[int]) -> None:
    mask = sum(1 << (number - 1) for number in chosen)
    assert {number for number in range(1, 64) if signals.holds(mask, number)} == chosen
    assert set(signals.named(mask)) == {signals.name(number) for number in chosen}


@pytest.mark.parametrize(
    ("process", "name", "outside", "word"),
    [
        (Process("sh", (5, 1), 1, 20), "TERM", False, "dropped"),
        (Process("sh", (5, 1), 1, 20), "TERM", True, "dropped"),
        (Process("sh", (5, 1), 1, 20), "KILL", False, "dropped"),
        (Process("sh", (5, 1), 1, 20), "KILL", True, "ends"),
        (Process("sh", (5, 1), 1, 20), "STOP", True, "stops"),
        (Process("sh", (5, 1), 1, 20, caught=0x4000), "TERM", False, "handled"),
        (Process("sh", (5, 2), 1, 20), "TERM", False, "ends"),
        (Process("sh", (5, 2), 1, 20), "CHLD", False, "ignored"),
        (Process("sh", (5, 2), 1, 20), "CONT", False, "continues"),
        (Process("sh", (5, 2), 1, 20, ignored=0x4000), "TERM", False, "ignored"),
        (Process("sh", (5, 2), 1, 20, blocked=0x4000), "TERM", False, "pending"),
        (Process("sh", (5, 2), 1, 20, blocked=0x100), "KILL", False, "ends"),
        (Process("sh", (5, 2), 1, 20, state="Z"), "KILL", False, "ignored"),
    ],
)
def test_the_fate_of_a_signal_follows_masks_and_place(
    process: Process, name: str, outside: bool, word: str
) -> None:
    assert signals.fate(process, signals.number(name), from_outside=outside).word == word


def test_no_signal_is_said_so() -> None:
    with pytest.raises(ValueError, match="no signal 'TREM'"):
        signals.number("TREM")
