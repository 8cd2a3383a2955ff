"""Every process that a proc file system shows, with its PID at each level."""

from __future__ import annotations

import fcntl
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NS_GET_PARENT = 0xB702

PATIENCE = 0.4
"""Seconds that a reading waits for the processes to come to rest."""

_PAUSE = 0.001
_RUNNING = (b"R", b"D")

_WANTED = (b"\nState:\t", b"\nPPid:\t", b"\nNSpid:\t", b"\nSigBlk:\t", b"\nSigIgn:\t", b"\nSigCgt:\t")


def processes(proc: int, reap: Callable[[], object] = bool) -> tuple[bytes, dict[int, int]]:
    """Return every process in the proc file system of descriptor *proc*, and which namespace lies in which.

    A line for each process; its fields, parted by tabs: state, the parent's PID, PIDs from the outermost
    level on, the masks of blocked, ignored and caught signals in hexadecimal, the PID namespace as inode
    number (0 where it may not be read), the name. The second value gives for each PID namespace its parent,
    0 for the caller's own. Waits a moment while processes other than the caller run, so that what was
    started has begun and what ended was reaped; *reap* takes in the caller's own dead children.
    Raises OSError when it is no proc file system.
    Source: proc_pid_status(5), ioctl_ns(2). Introduced in chapter 7.
    """
    end = time.monotonic() + PATIENCE
    own = os.readlink("self", dir_fd=proc).encode()
    while True:
        reap()
        lines = [line for entry in os.listdir(proc) if entry.isdigit() and (line := _line(proc, entry))]
        if time.monotonic() > end or not any(_runs(line, own) for line in lines):
            return b"\n".join(lines), _parents(proc, lines)
        time.sleep(_PAUSE)


def _runs(line: bytes, own: bytes) -> bool:
    state, _, pids, _ = line.split(b"\t", 3)
    return state in _RUNNING and pids.split(b" ", 1)[0] != own


def _line(proc: int, entry: str) -> bytes:
    """Return a process's line, nothing when it is gone or a thread's that shows no PID."""
    try:
        descriptor = os.open(f"{entry}/status", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    except OSError:
        return b""
    try:
        status = os.read(descriptor, 16384)
    except ProcessLookupError:
        return b""
    finally:
        os.close(descriptor)
    fields = []
    at = 0
    for wanted in _WANTED:
        at = status.index(wanted, at) + len(wanted)
        fields.append(status[at : status.index(b"\n", at)])
    fields[0] = fields[0][:1]
    fields[2] = fields[2].replace(b"\t", b" ")
    name = status[6 : status.index(b"\n")]
    return b"\t".join([*fields, _namespace(proc, entry), name])


def _namespace(proc: int, entry: str) -> bytes:
    try:
        return os.readlink(f"{entry}/ns/pid", dir_fd=proc)[5:-1].encode()
    except OSError:
        return b"0"


def _parents(proc: int, lines: list[bytes]) -> dict[int, int]:
    members = {line.split(b"\t", 7)[6]: line.split(b"\t", 3)[2].split(b" ")[0] for line in lines}
    own = os.stat("self/ns/pid", dir_fd=proc).st_ino
    found = {own: 0}
    for namespace, pid in members.items():
        if int(namespace) not in found:
            _climb(proc, pid.decode(), found)
    return found


def _climb(proc: int, pid: str, found: dict[int, int]) -> None:
    """Put the PID namespace of *pid* and those it lies in into *found*, up to one that is there already."""
    try:
        descriptor = os.open(f"{pid}/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    except OSError:
        return
    number = os.fstat(descriptor).st_ino
    while number not in found:
        try:
            above = fcntl.ioctl(descriptor, NS_GET_PARENT)
        except OSError:
            break
        os.close(descriptor)
        descriptor = above
        above = os.fstat(descriptor).st_ino
        found[number], number = above, above
    os.close(descriptor)
