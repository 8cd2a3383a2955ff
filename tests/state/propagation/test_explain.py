"""Why a mount is where it is, and why it is not where one thought."""

from __future__ import annotations

import pytest

from nslab.state.propagation import RULES, appeared, do, judge, parse, parse_state, why

TEXT = """
space host
/ root
/mnt data shared:A
files data /a /in/deep
/lone lone
files lone /a
space peer
/ root
/mnt data shared:A
space slave
/ root
/mnt data master:A
space part
/ root
/mnt data[/in] shared:A
space private
/ root
/mnt data
space other
/ root
/mnt data shared:B
"""


@pytest.fixture
def state():
    return parse_state(TEXT)


def outcome(state, line):
    return do(state, parse(line, "host").operations)


def test_what_came_where_and_why(state):
    found = appeared(outcome(state, "mount -t tmpfs x /mnt/a"))
    assert [(one.space, one.path, one.rule.id, one.hidden) for one in found] == [
        ("host", "/mnt/a", "attach.shared", False),
        ("peer", "/mnt/a", "copy.peer", False),
        ("slave", "/mnt/a", "copy.slave", False),
    ]


@pytest.mark.parametrize(
    ("line", "space", "path", "rule"),
    [
        ("mount -t tmpfs x /mnt/a", "host", "/mnt/a", "attach.shared"),
        ("mount -t tmpfs x /mnt/a", "slave", "/mnt/a", "copy.slave"),
        ("mount -t tmpfs x /mnt/a", "part", "/mnt/deep", "hears.outside"),
        ("mount -t tmpfs x /mnt/a", "private", "/mnt/a", "hears.nothing"),
        ("mount -t tmpfs x /mnt/a", "other", "/mnt/a", "hears.others"),
        ("mount -t tmpfs x /mnt/in/deep", "part", "/mnt/deep", "copy.peer"),
        ("mount -t tmpfs x /lone/a", "peer", "/lone/a", "attach.alone"),
        ("slave: mount -t tmpfs x /mnt/a", "host", "/mnt/a", "attach.alone"),
        ("mount --make-private /mnt", "host", "/mnt", "make.private"),
        ("umount /lone", "host", "/lone", "detach.target"),
    ],
)
def test_the_rule_that_decided(state, line, space, path, rule):
    assert why(outcome(state, line), space, path).id == rule


def test_a_master_does_not_hear_its_slave():
    text = (
        "space host\n/ root\n/mnt data shared:A\nfiles data /a\n"
        "space web\n/ root\n/mnt data shared:B master:A"
    )
    done = do(parse_state(text), parse("web: mount -t tmpfs x /mnt/a").operations)
    assert why(done, "host", "/mnt/a").id == "hears.not-slave"


def test_a_copy_that_stays_says_what_keeps_it():
    text = (
        "space host\n/ root shared:R\n/mnt data shared:A\n"
        "space web\n/ root shared:R\n/mnt data master:A\nfiles data /a\n/mnt/a own"
    )
    done = do(parse_state(text), parse("host: umount /mnt").operations)
    assert why(done, "web", "/mnt").id == "detach.kept-child"


def test_a_guess_is_judged_line_by_line(state):
    done = outcome(state, "mount -t tmpfs x /mnt/a")
    verdicts = judge(done, [("host", "/mnt/a"), ("private", "/mnt/a")])
    assert [(one.space, one.guessed, one.true, one.right) for one in verdicts] == [
        ("host", True, True, True),
        ("peer", False, True, False),
        ("slave", False, True, False),
        ("private", True, False, False),
    ]
    assert verdicts[-1].rule is RULES["hears.nothing"]


def test_what_is_hidden_at_once_says_so():
    text = (
        "space host\n/ root\n/mnt data shared:A\nfiles data /a\n"
        "space web\n/ root\n/mnt data master:A\n/mnt/a own"
    )
    found = appeared(do(parse_state(text), parse("host: mount -t tmpfs x /mnt/a").operations))
    assert [(one.space, one.hidden) for one in found] == [("host", False), ("web", True)]


def test_a_prediction_disturbs_nothing(state):
    before = repr((state.mounts, state.children, state.groups, state.slaves, state.filesystems, state.spaces))
    for line in (
        "mount -t tmpfs x /mnt/a",
        "mount --rbind / /lone/a",
        "umount -l /mnt",
        "mount --make-rslave /",
        "unshare -Um",
    ):
        outcome(state, line)
    assert before == repr(
        (state.mounts, state.children, state.groups, state.slaves, state.filesystems, state.spaces)
    )
