"""Each pattern of sanitize.cfg looks past what it is for, and past nothing else."""

from __future__ import annotations

import pytest
from execution import SANITIZER, comparable
from nbformat.v4 import new_output
from nbval.plugin import get_sanitize_patterns

LIMIT = 10


def seen(text: str) -> str:
    return comparable([new_output("stream", text=text)])[0]["text"]


def test_the_patterns_are_few():
    assert 0 < len(get_sanitize_patterns(SANITIZER.read_text())) <= LIMIT


def test_each_pattern_is_explained_on_the_line_before_it():
    lines = ["", *SANITIZER.read_text().splitlines()]
    starts = [number for number, line in enumerate(lines) if line.startswith("regex: ")]
    assert [lines[number] for number in starts if not lines[number - 1].endswith(":")] == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mnt:[4026532177]", "mnt:[INODE]"),
        ("pid_for_children:[1]", "pid_for_children:[INODE]"),
        ("shared:12 master:7", "shared:GROUP master:GROUP"),
        (
            "60 41 0:32 / /mnt rw shared:3 - tmpfs data rw",
            "ID PARENT DEVICE / /mnt rw shared:GROUP - tmpfs data rw",
        ),
        ("a\n60 41 0:32 /a /b rw", "a\nID PARENT DEVICE /a /b rw"),
        ("- tmpfs data rw,uid=524288,gid=524288\n", "- tmpfs data rw,OWNER\n"),
        ("- tmpfs data rw,uid=1001,gid=1001,inode64\n", "- tmpfs data rw,OWNER\n"),
    ],
)
def test_what_the_kernel_numbers_anew_is_looked_past(text: str, kept: str):
    assert seen(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "4026532177",
        "60 41",
        "10.0.0.1:80",
        "[4026532177]",
        "shared",
        "put 60 41 0:32 here",
        "mode:[x]",
        "web:[7]",
        "uid=0(root) gid=0(root)",
    ],
)
def test_anything_else_is_compared(text: str):
    assert seen(text) == text
