"""What nsenter(1) would meet, tried in a process that is thrown away."""

from __future__ import annotations

import fcntl
import os
from errno import EINVAL

from nslab.linux.namespaces import FLAGS, NS_GET_NSTYPE, setns
from nslab.linux.refusal import KernelRefused


def attempt(files: list[list[str]]) -> tuple[str, int, int]:
    """Try to join the namespaces in *files*, each a type and a path, the way nsenter(1) does.

    Returns the step that is refused, the errno and the place in *files*; an empty step when none is. The
    steps are ``open``; ``other`` for a file that is no namespace, ``type`` for one of another type, ``own``
    for the caller's own user namespace, and ``setns``. A child tries, the caller stays where it is.
    nsenter opens all files first; it joins in two rounds, and a refusal counts in the second.
    Source: nsenter(1), setns(2), ioctl_ns(2). Introduced in chapter 3.
    """
    opened: list[int] = []
    try:
        for place, (kind, path) in enumerate(files):
            try:
                opened.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            except OSError as error:
                return "open", error.errno or 0, place
            if odd := _odd(kind, opened[-1]):
                return odd, EINVAL, place
        place, errno = _join_in_child([kind for kind, _ in files], opened)
        return ("setns" if errno else ""), errno, place
    finally:
        for descriptor in opened:
            os.close(descriptor)


def is_among_us(process: str) -> bool:
    """Return whether *process*, a PID in this /proc, is in the caller's user namespace; not when it is gone.

    Source: namespaces(7), "The /proc/pid/ns/ directory". Introduced in chapter 3.
    """
    try:
        return os.stat(f"/proc/{process}/ns/user").st_ino == os.stat("/proc/self/ns/user").st_ino
    except OSError:
        return False


def _odd(kind: str, descriptor: int) -> str:
    """Return what makes *descriptor* unfit whoever asks, nothing for a namespace that may be joined."""
    try:
        found = fcntl.ioctl(descriptor, NS_GET_NSTYPE)
    except OSError:
        return "other"
    if found != FLAGS[kind]:
        return "type"
    own = kind == "user" and os.fstat(descriptor).st_ino == os.stat("/proc/self/ns/user").st_ino
    return "own" if own else ""


def _join_in_child(kinds: list[str], opened: list[int]) -> tuple[int, int]:
    reader, writer = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if not child:
        try:
            os.write(writer, b"%d %d" % _join(kinds, opened))
        finally:
            os._exit(0)
    os.close(writer)
    try:
        place, errno = os.read(reader, 64).split()
    finally:
        os.close(reader)
        os.waitpid(child, 0)
    return int(place), int(errno)


def _join(kinds: list[str], opened: list[int]) -> tuple[int, int]:
    left = list(range(len(kinds)))
    for last in (False, True):
        for place in list(left):
            try:
                setns(opened[place], FLAGS[kinds[place]])
                left.remove(place)
            except KernelRefused as refused:
                if last:
                    return place, refused.errno or 0
    return 0, 0
