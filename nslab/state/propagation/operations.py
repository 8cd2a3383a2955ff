"""What can be asked of the kernel, as data: one class for each system call and use of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

KINDS = ("shared", "slave", "private", "unbindable")
"""The propagation types that a mount can be made."""


@dataclass(frozen=True, slots=True)
class Mount:
    """``mount -t FSTYPE -o OPTIONS NAME TARGET``: a new file system. *paths* says what it holds at once."""

    space: str
    fstype: str
    target: str
    name: str = "none"
    options: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bind:
    """``mount --bind SOURCE TARGET``, with ``--rbind`` for *recursive*."""

    space: str
    source: str
    target: str
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """``mount --move SOURCE TARGET``."""

    space: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Umount:
    """``umount TARGET``, with ``-l`` for *lazy* and ``-f`` for *force*."""

    space: str
    target: str
    lazy: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class UmountAll:
    """``umount -R TARGET``: one umount(2) for each mount at and below it, the deepest first."""

    space: str
    target: str
    lazy: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Make:
    """``mount --make-KIND TARGET``, with ``--make-rKIND`` for *recursive*."""

    space: str
    target: str
    kind: str
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class Remount:
    """``mount -o remount,OPTIONS TARGET``: of one mount when *bind*, else of its file system too.

    With *merge* the options in force are kept unless named otherwise, as mount(8) does when it is
    given the target alone; without it, as mount(2) does, what is not named is off.
    """

    space: str
    target: str
    options: tuple[str, ...]
    bind: bool = False
    merge: bool = False


@dataclass(frozen=True, slots=True)
class Unshare:
    """``unshare --mount``: a new space *name* with a copy of the mount namespace.

    *mount* false keeps the mount namespace, *user* makes a new user namespace first. *others* are more
    namespaces that it makes, of pid, net, ipc and cgroup.
    """

    space: str
    name: str = "new"
    mount: bool = True
    user: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """The space ends; a mount namespace that nobody is in any more ends with it."""

    space: str


@dataclass(frozen=True, slots=True)
class PivotRoot:
    """``pivot_root NEW_ROOT PUT_OLD``."""

    space: str
    new_root: str
    put_old: str


@dataclass(frozen=True, slots=True)
class Chroot:
    """``chroot NEW_ROOT``, of the space itself."""

    space: str
    new_root: str


@dataclass(frozen=True, slots=True)
class Chdir:
    """``cd PATH``: the working directory keeps its mount busy."""

    space: str
    path: str


@dataclass(frozen=True, slots=True)
class MakePath:
    """``mkdir PATH``, with ``-p`` for *parents*; ``touch PATH`` for the kind ``file``."""

    space: str
    path: str
    kind: str = "dir"
    parents: bool = False


@dataclass(frozen=True, slots=True)
class RemovePath:
    """``rmdir PATH``: what other namespaces have mounted on it goes with it."""

    space: str
    path: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Open *path* and keep it open under a *label*, which keeps its mount busy."""

    space: str
    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Release:
    """Close what was opened under *label*."""

    space: str
    label: str


Operation: TypeAlias = (
    Mount
    | Bind
    | Move
    | Umount
    | UmountAll
    | Make
    | Remount
    | Unshare
    | Leave
    | PivotRoot
    | Chroot
    | Chdir
    | MakePath
    | RemovePath
    | Hold
    | Release
)
