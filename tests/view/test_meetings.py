"""The matrix of meetings: text and picture say the same, and no word overlaps another."""

from __future__ import annotations

from nslab.state.meetings import Meetings
from nslab.view.meetings import MeetingsFigure
from tests.view import measured

FIGURE = MeetingsFigure(
    Meetings(("System V semaphore", "pipe"), ("mnt", "ipc", "net"), ((0, 2, 0), (0, 0, -1))),
    ("mnt  only a copy",),
)
TEXT = """\
own namespace       mnt  ipc     net
System V semaphore  yes  ENOENT  yes
pipe                yes  yes     lost
mnt  only a copy"""


def test_text_says_what_was_found() -> None:
    assert repr(FIGURE) == TEXT
    assert FIGURE.description() == (
        "2 ways to meet across namespaces. Cut off: System V semaphore by ipc; pipe by net. By nothing: 0"
    )


def test_words_stand_apart_and_marks_hold_theirs() -> None:
    drawing = FIGURE.draw()
    words, boxes = measured.words(drawing), measured.boxes(drawing)
    assert len(boxes) == 2
    measured.check(drawing)
    assert measured.inside(words, boxes).sum() == 2
    assert measured.size(drawing)[0] < 640
