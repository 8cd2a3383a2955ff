"""Whatever is typed, the model answers or says which part it did not understand; it never breaks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.state.propagation import NotUnderstood, Outcome, canonical, do, parse_state
from nslab.state.propagation.commands import parse

STATE = parse_state("""
space host
/ root
/mnt data shared:A
/mnt/b low master:B shared:C
/srv data[/b] master:A
files data /a f:/f
space web user:child
/ root
/mnt data master:A locked locks:ro,atime
/srv low shared:B unbindable
""")
PROGRAMS = ("mount", "umount", "unshare", "pivot_root", "chroot", "cd", "mkdir", "rmdir", "touch", "ls", "")
OPTIONS = (
    *(
        "--bind",
        "-B",
        "--rbind",
        "-R",
        "--move",
        "-M",
        "-o",
        "-t",
        "-l",
        "-f",
        "-r",
        "-w",
        "-p",
        "-m",
        "-U",
        "-n",
    ),
    *(
        "--make-shared",
        "--make-rslave",
        "--make-private",
        "--make-runbindable",
        "--propagation",
        "--mount",
        "--",
    ),
    *(
        "ro",
        "bind,ro",
        "remount,bind,ro",
        "remount",
        "shared",
        "rslave",
        "noatime,strictatime",
        "move",
        "size=1m",
    ),
    *(
        "tmpfs",
        "proc",
        "sysfs",
        "ext4",
        "private",
        "unchanged",
        "none",
        "--source=/mnt",
        "--target",
        "-ro",
        "-oremount",
    ),
)
PATHS = (
    "/",
    "/mnt",
    "/mnt/a",
    "/mnt/b",
    "/mnt/f",
    "/srv",
    "/srv/",
    "/..",
    ".",
    "..",
    "",
    "//mnt/../srv",
    "/nowhere",
    "a",
)
LINES = st.builds(
    lambda space, program, words: f"{space}{program} {' '.join(words)}",
    st.sampled_from(("host: ", "web# ", "", "nobody: ", "host:")),
    st.sampled_from(PROGRAMS),
    st.lists(st.sampled_from(OPTIONS + PATHS), max_size=6),
)


def answer(line):
    """Return what the model says of *line*, None where it says that it does not understand."""
    try:
        return do(STATE, parse(line, "host").operations)
    except NotUnderstood:
        return None


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(LINES)
def test_a_line_of_known_words_is_answered_or_not_understood(line):
    before = canonical(STATE, locks=True)
    found = answer(line)
    assert found is None or isinstance(found, Outcome)
    assert canonical(STATE, locks=True) == before


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=40))
def test_any_text_is_answered_or_not_understood(text):
    assert answer(text) is None or parse(text, "host").operations


@settings(max_examples=800, deadline=None, derandomize=True, database=None)
@given(LINES)
def test_each_refusal_can_be_put_into_words(line):
    found = answer(line)
    if found and found.refusal:
        assert "{" not in str(found.refusal)
        assert found.refusal.errno > 0
