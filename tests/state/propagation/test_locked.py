"""Locks that were asked for end up on the mounts that they belong to."""

from __future__ import annotations

from nslab.state.propagation import flags, parse_state
from nslab.state.propagation.locked import askable, with_locks

STATE = """
space host
/ root
/mnt data
/mnt/a low
/mnt over
/srv data
files data /a
"""


def test_hidden_mounts_can_not_be_asked_about():
    state = parse_state(STATE)
    names = {
        path: state.filesystems[state.mounts[one].fs].name for one, path in askable(state, "host").items()
    }
    assert names == {"/": "root", "/mnt": "over", "/srv": "data"}


def test_a_mount_on_the_root_hides_nothing_from_who_stands_on_it():
    state = parse_state("space host\n/ root\n/mnt data\nspace view in:host\n/mnt/a low")
    covered = parse_state("space host\n/ root\n/mnt data\n/ over")
    assert sorted(askable(state, "view").values()) == ["/", "/mnt", "/mnt/a"]
    assert sorted(askable(covered, "host").values()) == ["/", "/mnt"]


def test_answers_are_kept_and_none_leaves_what_was_known():
    state = parse_state("space host\n/ root\n/mnt data locked locks:ro,atime\n/srv data")
    mnt, srv = (
        next(one for one, path in askable(state, "host").items() if path == name) for name in ("/mnt", "/srv")
    )
    told = with_locks(state, {mnt: (None, None), srv: (True, ["nodev", "atime"])})
    assert told.mounts[mnt] == state.mounts[mnt]
    assert (told.mounts[srv].locked, told.mounts[srv].locks) == (True, flags.NODEV | flags.LOCK_ATIME)
    assert not state.mounts[srv].locked
