"""The kernel side of the proof: spaces that are real processes, driven by the model's own operations.

A ``Zygote`` is one small process; every ``World`` is a family of processes forked from it, each in its
own mount namespace, all on one tmpfs that nobody else sees. Works the same as root and as an ordinary
user: the first thing that a world does is to make a user namespace.
"""

from __future__ import annotations

import errno
import marshal
import os
import socket
import subprocess
import sys
from pathlib import Path

from nslab.linux import mount as m
from nslab.linux import namespaces
from nslab.state.propagation import (
    Bind,
    Chdir,
    Chroot,
    Hold,
    Kernel,
    Leave,
    Make,
    MakePath,
    Mount,
    Move,
    PivotRoot,
    Release,
    Remount,
    RemovePath,
    Umount,
    Unshare,
    canonical,
    from_tables,
    machine,
    parse_state,
)
from nslab.state.propagation import flags as bits

HELPER = Path(__file__).with_name("helper.py")
CHECKOUT = Path(__file__).parents[3]
PATHS = ("/a", "/a/b", "/a/b/c", "/b", "/b/c", "/d", "/d/b", "/d/b/c", "/e", "f:/f", "f:/a/f")
"""What the first file system of a world holds."""
MORE = ("/a", "/b", "/b/c", "/e", "f:/f")
"""What each new file system of a world holds."""
_NEWNS, _NEWUSER = namespaces.CLONE_NEWNS, namespaces.CLONE_NEWUSER
_KINDS = {"shared": m.MS_SHARED, "slave": m.MS_SLAVE, "private": m.MS_PRIVATE, "unbindable": m.MS_UNBINDABLE}
_BITS = (
    (bits.RO, m.MS_RDONLY),
    (bits.NOSUID, m.MS_NOSUID),
    (bits.NODEV, m.MS_NODEV),
    (bits.NOEXEC, m.MS_NOEXEC),
    (bits.NOATIME, m.MS_NOATIME),
    (bits.NODIRATIME, m.MS_NODIRATIME),
)
_TIMES = {"relatime": m.MS_RELATIME, "strictatime": m.MS_STRICTATIME}


def kernel() -> Kernel:
    """Return the kernel that this runs on."""
    return Kernel.parse(os.uname().release)


class Process:
    """One helper process and the socket to it."""

    def __init__(self, channel, pid):
        self.channel, self.pid = channel, pid
        self.parent = None

    def ask(self, *message):
        """Send a message; return the errno (0 for none) and the answer."""
        self.channel.send(marshal.dumps(message))
        return self.answer()

    def answer(self):
        said = self.channel.recv(65536)
        if not said:
            raise AssertionError("a helper process has ended by itself")
        return marshal.loads(said)

    def fork(self, flags):
        """Return the errno and a child of this process that has left the namespaces in *flags*."""
        mine, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            socket.send_fds(self.channel, [marshal.dumps(("born", flags))], [other.fileno()])
        error, pid = self.answer()
        if error:
            mine.close()
            return error, None
        child = Process(mine, pid)
        child.parent = self
        return 0, child

    def table(self) -> bytes:
        descriptor = os.open(f"/proc/{self.pid}/mountinfo", os.O_RDONLY)
        try:
            parts = []
            while part := os.read(descriptor, 1 << 16):
                parts.append(part)
            return b"".join(parts)
        finally:
            os.close(descriptor)

    def end(self):
        """Let the process end, and wait until its namespaces are gone."""
        self.channel.close()
        if self.parent:
            self.parent.ask("gone", self.pid)


class Zygote:
    """The process that all worlds are forked from."""

    def __init__(self):
        mine, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            words = [sys.executable, "-I", "-S", str(HELPER), str(other.fileno()), str(CHECKOUT)]
            self._popen = subprocess.Popen(words, pass_fds=[other.fileno()], cwd="/")
        self.process = Process(mine, self._popen.pid)

    def close(self):
        """End the process, and with it every world that is left."""
        self.process.channel.close()
        self._popen.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class World:
    """A fresh machine: the space ``host`` on a tmpfs, from which other spaces are made."""

    def __init__(self, zygote: Zygote, paths=PATHS):
        error, host = zygote.process.fork(_NEWNS | _NEWUSER)
        assert not error, f"a user namespace was refused: {os.strerror(error)}"
        self.spaces = {"host": host}
        self._namespaces = {"host": "host"}
        self._roots = {}
        assert host.ask("furnish")[0] == 0, "the world could not be furnished"
        assert host.ask("fill", "", paths)[0] == 0
        self._numbers = 0
        self._before = {}
        self._text = ""

    def close(self):
        """End all processes of the world, children first."""
        for process in reversed([*self.spaces.values()]):
            process.end()
        self.spaces = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def do(self, asked) -> str:
        """Do an operation of the model for real; return the errno's name, empty for none."""
        process = self.spaces[asked.space]
        error = _DOES[type(asked)](self, process, asked)
        return errno.errorcode[error] if error else ""

    def state(self):
        """Return the state that the kernel shows."""
        return self._state({name: process.table() for name, process in self.spaces.items()})

    def _state(self, tables):
        namespaces = {name: self._namespaces[name] for name in tables}
        return from_tables(tables, namespaces, kernel=kernel(), roots=self._roots)

    def canonical(self) -> str:
        """Return the canonical form of what the kernel shows; quickly when nothing has changed."""
        tables = {name: process.table() for name, process in self.spaces.items()}
        if tables != self._before:
            self._before = tables
            self._text = canonical(self._state(tables), list(self.spaces))
        return self._text

    def _mount(self, process, asked):
        flags, times = asked_flags(asked.options)
        error, _ = process.ask("mount", asked.name, asked.target, asked.fstype, flags | times, None)
        if not error and asked.paths:
            problem, _ = process.ask("fill", asked.target, asked.paths)
            assert not problem, f"the new file system of {asked} could not be filled: {os.strerror(problem)}"
        return error

    def _bind(self, process, asked):
        flags = m.MS_BIND | (m.MS_REC if asked.recursive else 0)
        return process.ask("mount", asked.source, asked.target, None, flags, None)[0]

    def _move(self, process, asked):
        return process.ask("mount", asked.source, asked.target, None, m.MS_MOVE, None)[0]

    def _umount(self, process, asked):
        flags = (m.MNT_DETACH if asked.lazy else 0) | (m.MNT_FORCE if asked.force else 0)
        return process.ask("umount", asked.target, flags)[0]

    def _make(self, process, asked):
        flags = _KINDS[asked.kind] | (m.MS_REC if asked.recursive else 0)
        return process.ask("mount", None, asked.target, None, flags, None)[0]

    def _remount(self, process, asked):
        flags, times = asked_flags(asked.options)
        flags |= m.MS_REMOUNT | (m.MS_BIND if asked.bind else 0) | times
        return process.ask("mount", None, asked.target, None, flags, None)[0]

    def _unshare(self, process, asked):
        error, child = process.fork((_NEWNS if asked.mount else 0) | (_NEWUSER if asked.user else 0))
        if child:
            self._numbers += 1
            self.spaces[asked.name] = child
            self._namespaces[asked.name] = (
                f"ns{self._numbers}" if asked.mount else self._namespaces[asked.space]
            )
            if asked.space in self._roots:
                self.find_root(asked.name, self._roots[asked.space][1])
        return error

    def _leave(self, process, asked):
        del self.spaces[asked.space]
        heir = process.parent
        process.channel.close()
        assert heir.ask("gone", process.pid)[0] == 0
        self._roots.pop(asked.space, None)
        return 0

    def find_root(self, space, path):
        """Note where the root of *space* is, which its mountinfo does not say if it is no mount point."""
        self._roots[space] = (self.spaces[space].ask("root")[1], path)

    def _pivot_root(self, process, asked):
        return process.ask("pivot_root", asked.new_root, asked.put_old)[0]

    def _chroot(self, process, asked):
        return process.ask("chroot", asked.new_root)[0]

    def _chdir(self, process, asked):
        return process.ask("chdir", asked.path)[0]

    def _path(self, process, asked):
        if asked.parents:
            return process.ask("makedirs", asked.path)[0]
        return process.ask("fill", "", (asked.path if asked.kind == "dir" else f"f:{asked.path}",))[0]

    def _rmdir(self, process, asked):
        return process.ask("rmdir", asked.path)[0]

    def _hold(self, process, asked):
        return process.ask("hold", asked.label, asked.path)[0]

    def _release(self, process, asked):
        return process.ask("release", asked.label)[0]


_DOES = {
    Mount: World._mount,
    Bind: World._bind,
    Move: World._move,
    Umount: World._umount,
    Make: World._make,
    Remount: World._remount,
    Unshare: World._unshare,
    Leave: World._leave,
    PivotRoot: World._pivot_root,
    Chroot: World._chroot,
    Chdir: World._chdir,
    MakePath: World._path,
    RemovePath: World._rmdir,
    Hold: World._hold,
    Release: World._release,
}


def asked_flags(words) -> tuple[int, int]:
    """Return the MS_* bits of option words, and those of the words about access times apart."""
    wanted = bits.asked(words)
    flags = sum(flag for bit, flag in _BITS if wanted & bit)
    return flags, sum(flag for word, flag in _TIMES.items() if word in words)


def model(paths=PATHS):
    """Return the model of a fresh world: its root mount is locked, as the machine's was below it."""
    state = parse_state("space host\n/ root locked", kernel=kernel())
    given = machine("host", paths)
    fs = state.filesystems[state.mounts[state.spaces["host"].root.mount].fs]
    like = given.filesystems[given.mounts[given.spaces["host"].root.mount].fs]
    state.filesystems[fs.id] = fs._replace(paths=like.paths)
    return state
