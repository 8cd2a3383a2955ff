"""Ways in which two processes can meet: each a thing that one makes and another reaches by what it knows."""

from __future__ import annotations

import os
import signal
import socket

from nslab.linux import ipc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_KEY = 0x6E736C00


class Meeting:
    """A thing that one process makes and another tries to reach; *number* makes its name its own."""

    def __init__(self, number: int) -> None:
        self.number = number

    def reach(self) -> None:
        """Reach it, in the other process. Raises OSError where that is refused."""
        raise NotImplementedError

    def arrived(self) -> bool:
        """Return whether what was done there has come here; True where reaching it is the proof."""
        return True

    def end(self) -> None:
        """End what would outlive the trial."""


class Pipe(Meeting):
    """A pipe, known by a descriptor that was inherited. Source: pipe(7)."""

    def __init__(self, number: int) -> None:
        self.reader, self.writer = os.pipe()

    def reach(self) -> None:
        """Write a byte into it."""
        os.write(self.writer, b"x")

    def arrived(self) -> bool:
        """Return whether the byte has come."""
        return os.read(self.reader, 1) == b"x"


class Fifo(Pipe):
    """A FIFO, known by its path. Source: fifo(7)."""

    def __init__(self, number: int) -> None:
        self.path = f"/tmp/fifo{number}"
        os.mkfifo(self.path)
        self.reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def reach(self) -> None:
        """Open it by its path and write a byte."""
        self.writer = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        os.write(self.writer, b"x")


class PathSocket(Meeting):
    """A listening Unix socket, known by its path. Source: unix(7)."""

    address = "/tmp/socket{}"

    def __init__(self, number: int) -> None:
        self.name = self.address.format(number)
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(self.name)
        self.listening.listen()
        self.listening.settimeout(1.0)

    def reach(self) -> None:
        """Connect to it."""
        with socket.socket(socket.AF_UNIX) as connecting:
            connecting.connect(self.name)

    def arrived(self) -> bool:
        """Return whether somebody has connected."""
        self.listening.accept()[0].close()
        return True


class AbstractSocket(PathSocket):
    """A listening Unix socket, known by a name that is in no file system. Source: unix(7)."""

    address = "\0nslab/socket{}"


class SystemV(Meeting):
    """A System V object, known by its key. Source: sysvipc(7)."""

    def __init__(self, number: int, get: Callable[..., int]) -> None:
        self.key, self.get = _KEY + number, get
        self.made = get(self.key, ipc.IPC_CREAT | ipc.IPC_EXCL | 0o600)

    def reach(self) -> None:
        """Ask for the object with this key."""
        if self.get(self.key) != self.made:
            raise FileNotFoundError(2, "another object has this key")


class Posix(Meeting):
    """A POSIX object, known by a name that begins with a slash. Source: mq_overview(7), sem_overview(7)."""

    def __init__(self, number: int, opens: Callable[[str, int], object]) -> None:
        self.name, self.opens = f"/nslab{number}", opens
        opens(self.name, os.O_CREAT | os.O_EXCL | os.O_RDWR)

    def reach(self) -> None:
        """Open it by its name, which must exist."""
        self.opens(self.name, os.O_RDWR)


class Signal(Meeting):
    """A process that waits, known by its PID. Source: signal(7), kill(2)."""

    def __init__(self, number: int) -> None:
        self.process = os.fork()
        if not self.process:
            signal.pause()

    def reach(self) -> None:
        """Send it SIGTERM."""
        os.kill(self.process, signal.SIGTERM)

    def arrived(self) -> bool:
        """Return whether the process has ended by that signal."""
        return os.WTERMSIG(os.waitpid(self.process, 0)[1]) == signal.SIGTERM

    def end(self) -> None:
        """Kill it, if it has not ended."""
        try:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        except (ProcessLookupError, ChildProcessError):
            return


class Futex(Meeting):
    """A word in memory that both have mapped, known by its place alone. Source: futex(7)."""

    def __init__(self, number: int) -> None:
        self.word = ipc.SharedSemaphore()

    def reach(self) -> None:
        """Raise it, and wake who waits."""
        self.word.post()

    def arrived(self) -> bool:
        """Return True once it was raised. Raises KernelRefused when it was not."""
        self.word.try_wait()
        return True


def _shared_memory(name: str, flags: int) -> None:
    os.close(os.open(f"/dev/shm{name}", flags, 0o600))


def _semaphore(name: str, flags: int) -> None:
    ipc.sem_open(name, flags & ~os.O_RDWR)


MECHANISMS: dict[str, Callable[[int], Meeting]] = {
    "System V message queue": lambda number: SystemV(number, ipc.msgget),
    "System V semaphore": lambda number: SystemV(number, ipc.semget),
    "System V shared memory": lambda number: SystemV(number, ipc.shmget),
    "POSIX message queue": lambda number: Posix(number, ipc.mq_open),
    "POSIX shared memory": lambda number: Posix(number, _shared_memory),
    "POSIX named semaphore": lambda number: Posix(number, _semaphore),
    "FIFO": Fifo,
    "socket with a path": PathSocket,
    "abstract socket": AbstractSocket,
    "signal": Signal,
    "pipe": Pipe,
    "futex in shared memory": Futex,
}
"""How two processes can meet, by name: each makes a thing that another process may or may not reach."""
