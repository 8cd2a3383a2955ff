"""Which ways of meeting lead across which namespace, tried now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.front.face import OfSpace

if TYPE_CHECKING:
    from nslab.view.meetings import MeetingsFigure


class Meeting(OfSpace):
    """What a space can tell of meeting other processes."""

    def meetings(self) -> MeetingsFigure:
        """Try every way to meet a process that has one namespace of its own; return the matrix.

        108 trials, each with two real processes: one makes a pipe, a queue, a
        socket, the other tries to reach it by the name that it knows. Nothing of
        it is left. Raises SpaceGone, and KernelRefused when a namespace can't be made.
        Source: ipc_namespaces(7), unix(7), shm_overview(7). Introduced in chapter 6.
        """
        from nslab.linux import meeting, ways
        from nslab.state.meetings import Meetings
        from nslab.view.meetings import MeetingsFigure

        outcomes = self.call(meeting.try_all)
        note = f"{meeting.OWN_FILES}  with file systems of its own on {' and '.join(meeting.FOLDERS)}"
        return MeetingsFigure(Meetings.read(ways.MECHANISMS, meeting.COLUMNS, outcomes), (note,))
