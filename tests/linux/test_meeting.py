"""Each way of meeting is cut off by exactly the namespace that the manual pages name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused
from nslab.linux import meeting, ways
from nslab.state.meetings import Meetings

if TYPE_CHECKING:
    from nslab import Lab

CUT = {
    "System V message queue": {"ipc": "ENOENT"},
    "System V semaphore": {"ipc": "ENOENT"},
    "System V shared memory": {"ipc": "ENOENT"},
    "POSIX message queue": {"ipc": "ENOENT"},
    "POSIX shared memory": {"mnt+": "ENOENT"},
    "POSIX named semaphore": {"mnt+": "ENOENT"},
    "FIFO": {"mnt+": "ENOENT"},
    "socket with a path": {"mnt+": "ENOENT"},
    "abstract socket": {"net": "ECONNREFUSED"},
    "signal": {"pid": "ESRCH"},
    "pipe": {},
    "futex in shared memory": {},
}


def test_what_cuts_a_mechanism_off_is_what_the_manuals_say(lab: Lab) -> None:
    found = lab.host.meetings().meetings
    assert {
        name: {own: found.word(name, own) for own in found.cut_by(name)} for name in found.mechanisms
    } == CUT


def test_trying_leaves_nothing_in_the_space(lab: Lab) -> None:
    look = "ls -A /tmp /dev/shm; ipcs | grep 0x; ps -e -o args= | grep -c nslab; ls /proc/$PPID/fd | wc -l"
    lab.host.meetings()
    before = lab.host.run(look).output
    lab.host.meetings()
    assert lab.host.run(look).output == before


def test_it_can_be_tried_from_a_space_of_one_s_own(lab: Lab) -> None:
    guest = lab.host.unshare("user", "mnt", "pid", "net", "ipc", name="guest")
    assert repr(guest.meetings()) == repr(lab.host.meetings())


def test_a_namespace_that_cannot_be_made_is_an_error_not_an_answer(lab: Lab) -> None:
    guest = lab.host.unshare("user", name="guest")
    guest.run("echo 0 > /proc/sys/user/max_net_namespaces")
    with pytest.raises(KernelRefused, match="ENOSPC"):
        guest.meetings()


class Silent(ways.Pipe):
    """A way on which nothing ever comes."""

    def reach(self) -> None:
        pass

    def arrived(self) -> bool:
        raise BlockingIOError(11, "nothing came")


def test_what_never_arrives_is_said_to_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "MECHANISMS", {"silence": Silent})
    assert meeting._cell("silence", 0, "user") == -1


def test_a_word_is_asked_for_by_names() -> None:
    made = Meetings.read(ways.MECHANISMS, ("pid",), [(0,)] * len(ways.MECHANISMS))
    assert made.word("pipe", "pid") == "yes"
    with pytest.raises(LookupError, match="no 'shout' across 'pid'; the mechanisms are System V"):
        made.word("shout", "pid")
    with pytest.raises(ValueError, match="a row for each mechanism"):
        Meetings.read(ways.MECHANISMS, ("pid",), [(0,)])
