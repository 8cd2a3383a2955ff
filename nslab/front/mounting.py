"""The mount operations of a space, each the equal of a standard command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nslab.front import reasons, shown
from nslab.front.face import OfSpace
from nslab.linux import mount as m
from nslab.linux import options as words
from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from collections.abc import Callable


_TYPES = {"shared": m.MS_SHARED, "slave": m.MS_SLAVE, "private": m.MS_PRIVATE, "unbindable": m.MS_UNBINDABLE}


class Mounting(OfSpace):
    """What a space can do with mounts.

    Each operation prints the command that it equals and raises KernelRefused,
    with the call, its arguments and the errno's name, when the kernel says no;
    the space is then as it was. Paths are the space's own.
    """

    def mkdir(self, *paths: str) -> None:
        """Make directories, and those above them; existing ones are no error.

        Raises OSError. Source: mkdir(1). Introduced in chapter 4.
        """
        self._show(shown.line("mkdir", "-p", *paths))
        for path in paths:
            self.call(os.makedirs, path, exist_ok=True)

    def mount(self, fstype: str, target: str, *, name: str | None = None, options: str = "") -> None:
        """Mount a new file system of *fstype* at *target*; *name* is its source, shown in tables.

        *options* are mount(8)'s, such as ``ro,size=1m``. Raises KernelRefused.
        Source: mount(2), mount(8). Introduced in chapter 4.
        """
        source = name or fstype
        flags, data = words.parse(options)
        given = ("-o", options) if options else ()
        command = shown.line("mount", "-t", fstype, *given, source, target)
        self._equal(command, m.mount, source, target, fstype, flags, data)

    def bind(self, source: str, target: str, *, recursive: bool = False) -> None:
        """Make *source* visible at *target* too, with the mounts below it when *recursive*.

        Raises KernelRefused. Source: mount(2), MS_BIND. Introduced in chapter 2.
        """
        flags = m.MS_BIND | (m.MS_REC if recursive else 0)
        command = shown.line("mount", "--rbind" if recursive else "--bind", source, target)
        self._equal(command, m.mount, source, target, None, flags)

    def move(self, source: str, target: str) -> None:
        """Move the mount at *source*, with all below it, to *target*.

        Raises KernelRefused. Source: mount(2), MS_MOVE. Introduced in chapter 4.
        """
        command = shown.line("mount", "--move", source, target)
        self._equal(command, m.mount, source, target, None, m.MS_MOVE)

    def umount(self, target: str, *, lazy: bool = False) -> None:
        """Remove the mount at *target*; *lazy* removes it at once even when it is in use.

        Raises KernelRefused. Source: umount2(2), umount(8). Introduced in chapter 4.
        """
        command = shown.line("umount", "-l" if lazy else "", target)
        self._equal(command, m.umount, target, m.MNT_DETACH if lazy else 0)

    def make_shared(self, target: str, *, recursive: bool = False) -> None:
        """Make the mount at *target* shared: it gets a peer group. Raises KernelRefused.

        *recursive* does the same to every mount below it.
        Source: mount_namespaces(7), "Shared subtrees". Introduced in chapter 4.
        """
        self._make("shared", target, recursive=recursive)

    def make_slave(self, target: str, *, recursive: bool = False) -> None:
        """Make the mount at *target* a slave of the peer group it leaves; else as make_shared."""
        self._make("slave", target, recursive=recursive)

    def make_private(self, target: str, *, recursive: bool = False) -> None:
        """Make the mount at *target* private: nothing propagates to or from it; else as make_shared."""
        self._make("private", target, recursive=recursive)

    def make_unbindable(self, target: str, *, recursive: bool = False) -> None:
        """Make the mount at *target* private and refuse binds of it; else as make_shared."""
        self._make("unbindable", target, recursive=recursive)

    def remount(self, target: str, options: str, *, bind: bool = False) -> None:
        """Change the options of the mount at *target*, keeping those not named.

        With *bind* only this mount changes, else the file system under it, as
        every other mount of it shows. The printed command names every option
        that is kept, and ``none`` as source: mount(8) would otherwise copy the
        file system's own options from mountinfo, where a user namespace may not
        set them. Raises KernelRefused.
        Source: mount(2), MS_REMOUNT. Introduced in chapter 2.
        """
        asked = shown.line("mount", "-o", f"remount,{options}", target)
        flags, data = words.parse(options, self._ask(asked, m.current_flags, target))
        given = ",".join(
            ["remount", *(["bind"] if bind else []), *words.names(flags), *([data] if data else [])]
        )
        flags |= m.MS_REMOUNT | (m.MS_BIND if bind else 0)
        command = shown.line("mount", "-o", given, "none", target)
        self._equal(command, m.mount, None, target, None, flags, data)

    def chroot(self, new_root: str) -> None:
        """Make *new_root* this space's root directory, and go there. Raises KernelRefused.

        Source: chroot(2), chroot(8). Introduced in chapter 2.
        """
        command = shown.line("chroot", new_root)
        self._equal(command, m.chroot, new_root)

    def pivot_root(self, new_root: str, put_old: str) -> None:
        """Make *new_root* the root mount of this space's mount namespace; the old one moves to *put_old*.

        Every process there that stood on the old root stands on the new one.
        Raises KernelRefused. Source: pivot_root(2), pivot_root(8). Introduced in chapter 2.
        """
        command = shown.line("pivot_root", new_root, put_old)
        self._equal(command, m.pivot_root, new_root, put_old)
        self.call(os.chdir, "/")

    def _make(self, kind: str, target: str, *, recursive: bool) -> None:
        command = shown.line("mount", f"--make-{'r' if recursive else ''}{kind}", target)
        self._equal(command, m.mount, None, target, None, _TYPES[kind] | (m.MS_REC if recursive else 0))

    def _equal(self, command: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Show *command*, do what it does, and give a refusal its rule."""
        self._show(command)
        return self._ask(command, function, *arguments)

    def _ask(self, command: str, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return self.call(function, *arguments)
        except KernelRefused as refused:
            raise reasons.with_rule(refused, self._lab, self.name, command) from None
