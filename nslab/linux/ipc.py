"""System V and POSIX objects by which two processes can meet."""

from __future__ import annotations

import ctypes
import mmap
import os

from nslab.linux import libc

IPC_CREAT, IPC_EXCL, IPC_RMID = 0o1000, 0o2000, 0

_msgget = libc.function("msgget", libc.Int, libc.Int)
_msgctl = libc.function("msgctl", libc.Int, libc.Int, libc.Pointer)
_semget = libc.function("semget", libc.Int, libc.Int, libc.Int)
_semctl = libc.function("semctl", libc.Int, libc.Int, libc.Int)
_shmget = libc.function("shmget", libc.Int, libc.ULong, libc.Int)
_shmctl = libc.function("shmctl", libc.Int, libc.Int, libc.Pointer)
_mq_open = libc.function("mq_open", libc.Text, libc.Int, libc.UInt, libc.Pointer)
_mq_unlink = libc.function("mq_unlink", libc.Text)
_sem_open = libc.function("sem_open", libc.Text, libc.Int, libc.UInt, libc.UInt, restype=libc.Pointer)
_sem_unlink = libc.function("sem_unlink", libc.Text)
_sem_init = libc.function("sem_init", libc.Pointer, libc.Int, libc.UInt)
_sem_post = libc.function("sem_post", libc.Pointer)
_sem_trywait = libc.function("sem_trywait", libc.Pointer)


def msgget(key: int, flags: int = 0) -> int:
    """Return the id of the System V message queue with *key*. Raises KernelRefused.

    Source: msgget(2). Introduced in chapter 6.
    """
    return libc.call("msgget", _msgget, (key, flags), shown=hex(key))


def semget(key: int, flags: int = 0) -> int:
    """Return the id of the System V semaphore set with *key*, of one semaphore. Raises KernelRefused.

    Source: semget(2). Introduced in chapter 6.
    """
    return libc.call("semget", _semget, (key, 1, flags), shown=hex(key))


def shmget(key: int, flags: int = 0) -> int:
    """Return the id of the System V shared memory with *key*, of one page. Raises KernelRefused.

    Source: shmget(2). Introduced in chapter 6.
    """
    return libc.call("shmget", _shmget, (key, os.sysconf("SC_PAGESIZE"), flags), shown=hex(key))


def remove(kind: str, number: int) -> None:
    """Remove the System V object of *kind*, ``msg``, ``sem`` or ``shm``, with this id. Raises KernelRefused.

    Source: msgctl(2), semctl(2), shmctl(2), IPC_RMID. Introduced in chapter 6.
    """
    if kind == "sem":
        libc.call("semctl", _semctl, (number, 0, IPC_RMID), shown=str(number))
    else:
        made = _msgctl if kind == "msg" else _shmctl
        libc.call(f"{kind}ctl", made, (number, IPC_RMID, None), shown=str(number))


def mq_open(name: str, flags: int = os.O_RDWR) -> int:
    """Return a descriptor of the POSIX message queue *name*, which begins with a slash. Raises KernelRefused.

    Source: mq_open(3). Introduced in chapter 6.
    """
    return libc.call("mq_open", _mq_open, (os.fsencode(name), flags, 0o600, None), shown=repr(name))


def mq_unlink(name: str) -> None:
    """Remove the POSIX message queue *name*. Raises KernelRefused.

    Source: mq_unlink(3). Introduced in chapter 6.
    """
    libc.call("mq_unlink", _mq_unlink, (os.fsencode(name),), shown=repr(name))


def sem_open(name: str, flags: int = 0) -> None:
    """Open the POSIX named semaphore *name*, or make it with O_CREAT in *flags*. Raises KernelRefused.

    The C library keeps it in a file, ``/dev/shm/sem.NAME``. Source: sem_open(3). Introduced in chapter 6.
    """

    def opened(*arguments: object) -> int:
        return 0 if _sem_open(*arguments) else -1

    libc.call("sem_open", opened, (os.fsencode(name), flags, 0o600, 1), shown=repr(name))


def sem_unlink(name: str) -> None:
    """Remove the POSIX named semaphore *name*. Raises KernelRefused.

    Source: sem_unlink(3). Introduced in chapter 6.
    """
    libc.call("sem_unlink", _sem_unlink, (os.fsencode(name),), shown=repr(name))


class SharedSemaphore:
    """An unnamed semaphore in memory that this process and its children share: a futex, and no name at all.

    Source: sem_overview(7), futex(7). Introduced in chapter 6.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)
        self._address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        libc.call("sem_init", _sem_init, (self._address, 1, 0), shown="shared, 0")

    def post(self) -> None:
        """Raise it by one, and wake who waits. Raises KernelRefused. Source: sem_post(3)."""
        libc.call("sem_post", _sem_post, (self._address,), shown="")

    def try_wait(self) -> None:
        """Lower it by one; raises KernelRefused (EAGAIN) when it is 0. Source: sem_trywait(3)."""
        libc.call("sem_trywait", _sem_trywait, (self._address,), shown="")
