"""The text of a change, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.change import Change
from nslab.view.change import ChangeFigure
from tests.view import states

if TYPE_CHECKING:
    from nslab.state.mounts import Mounts

COMMAND = "host# mount --bind /srv /mnt/a"
BEFORE = states.read(
    host="1 0 /mnt S shared:1\n2 1 /mnt/b b shared:2\n3 1 /mnt/c c",
    web="11 0 /mnt S master:1\n12 11 /mnt/a first\n13 11 /mnt/b b master:2",
    old="31 0 /mnt S",
)
AFTER = states.read(
    host="1 0 /mnt S shared:1\n2 1 /mnt/d b shared:2\n4 1 /mnt/a a shared:4",
    web="11 0 /mnt S master:1\n14 11 /mnt/a a master:4\n12 14 /mnt/a first\n13 11 /mnt/b b",
    guest="21 0 /mnt S\n22 21 /mnt/b b",
)
STRIP = """\
before
  path    what        host      web         old
  /mnt    S (tmpfs)   shared A  slave of A  private
  ├─ a    first (tmpfs)  –  private  –
  ├─ b    b (tmpfs)   shared B  slave of B  –
  └─ c    c (tmpfs)   private   –           –
  peer groups
  A  host:/mnt
  └─▶ slaves  web:/mnt
  B  host:/mnt/b
  └─▶ slaves  web:/mnt/b
host# mount --bind /srv /mnt/a
  + host:/mnt/a attached, shared B
  - host:/mnt/c detached
  ~ host:/mnt/b moved to /mnt/d
  + web:/mnt/a tucked under first, slave of B
  ~ web:/mnt/b slave of B → private
  + guest: a new mount namespace with copies of 2 mounts
  - old: its mount namespace is gone, and 1 mount with it
after
  path  what  host  web  guest
  /mnt  S (tmpfs)  shared A  slave of A  private · new
  ├─ a  a (tmpfs)  shared B · new  slave of B · new · hidden by first  –
  │  └─ (on top)  first (tmpfs)  –  private  –
  ├─ b  b (tmpfs)  –  private  private · new
  └─ d  b (tmpfs)  shared C  –  –
  peer groups
  A  host:/mnt
  └─▶ slaves  web:/mnt
  B  host:/mnt/a · new
  └─▶ slaves  web:/mnt/a · new
  C  host:/mnt/d"""


def strip(before: Mounts, after: Mounts, *commands: str) -> ChangeFigure:
    return ChangeFigure(Change(before, after, commands), states.names(before), states.names(after))


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_a_strip_tells_each_thing_that_happened() -> None:
    assert words(strip(BEFORE, AFTER, COMMAND).text()) == words(STRIP)


def test_nothing_is_said_too() -> None:
    assert "host# true\n  nothing changed\nafter" in strip(BEFORE, BEFORE, "host# true").text()


def test_a_prediction_says_so_first() -> None:
    figure = ChangeFigure(Change(BEFORE, AFTER, (COMMAND,)), {}, {}, prediction=True)
    assert figure.text().startswith("prediction, not yet read from the kernel\nbefore\n")
    assert figure.description().startswith("Prediction: before and after host# mount")


def test_the_description_counts_what_happened() -> None:
    assert strip(BEFORE, AFTER, COMMAND).description() == (
        "Before and after host# mount --bind /srv /mnt/a: "
        "1 attached, 1 detached, 1 moved, 1 tucked, 1 changed type, 2 copied, 1 ended"
    )
    assert strip(BEFORE, BEFORE).description() == "Before and after no command: nothing changed"


def test_many_events_are_counted_and_not_told() -> None:
    many = states.read(host="\n".join(["1 0 /mnt S"] + [f"{n} 1 /mnt/d{n:02} x" for n in range(2, 63)]))
    lines = strip(states.read(host="1 0 /mnt S"), many, COMMAND).text().splitlines()
    assert sum(line.startswith("  + host:/mnt/d") for line in lines) == 40
    assert "  … and 21 more events" in lines
