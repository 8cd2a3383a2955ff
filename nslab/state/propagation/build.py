"""Making a state by hand: empty, or from a few lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.draft import Draft
from nslab.state.propagation.kernel import Kernel
from nslab.state.propagation.mounting import SINGLE
from nslab.state.propagation.paths import resolve
from nslab.state.propagation.refused import NotUnderstood
from nslab.state.propagation.table import FileSystem, Mount, Namespace, Place, Space, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nslab.state.propagation.refused import UnknownPath

MOUNT_MAX = 100_000
"""The default of fs.mount-max. Source: proc_sys_fs(5)."""


def empty(kernel: Kernel | None = None, *, limit: int = MOUNT_MAX, initial: bool = False) -> State:
    """Return a state without spaces or mounts. *initial* makes user namespace 0 the machine's first one."""
    state = State()
    state.kernel, state.limit, state.initial, state.last = kernel or Kernel(), limit, initial, 0
    state.mounts, state.children, state.groups, state.slaves, state.above = {}, {}, {}, {}, {}
    state.filesystems, state.namespaces, state.spaces, state.holds = {}, {}, {}, {}
    state.users = {0: -1}
    return state


def machine(
    space: str = "host", paths: Iterable[str] = (), *, kernel: Kernel | None = None, limit: int = MOUNT_MAX
) -> State:
    """Return a machine with one space, whose root is one private file system with *paths* in it.

    A path is a directory, or a file with ``f:`` before it; those above it are made too.

    >>> from nslab.state.propagation import canonical
    >>> print(canonical(machine("host", ["/mnt/a"])))
    host
      . 1/ rw,relatime
    """
    state = parse_state(f"space {space}\n/ root", kernel=kernel, limit=limit)
    return know(
        state, space, {path.removeprefix("f:"): "file" if path.startswith("f:") else "dir" for path in paths}
    )


def know(state: State, space: str, paths: dict[str, str]) -> State:
    """Return *state* with what is known about *paths* in *space*: each ``dir`` or ``file``.

    A path leads through the mounts of the state, as in the space itself; those above it are directories.
    """
    draft = Draft(state)
    for path, kind in paths.items():
        _know(draft, draft.spaces[space].root, path, kind)
    return draft.done()


def learn(state: State, unknown: UnknownPath, kind: str) -> State:
    """Return *state* with an answer to what it asked: ``dir``, ``file``, or empty for nothing there.

    Introduced in chapter 4.
    """
    draft = Draft(state)
    filesystem = draft.filesystems[unknown.filesystem]
    draft.put_filesystem(filesystem._replace(paths={**filesystem.paths, unknown.inside: kind}))
    return draft.done()


def parse_state(text: str, *, kernel: Kernel | None = None, limit: int = MOUNT_MAX) -> State:
    r"""Return the state that *text* describes.

    ``space NAME`` starts a space in a mount namespace of its own, ``space NAME in:OTHER`` one in
    another's; ``user:NAME`` puts it in a child user namespace, ``root:PATH`` gives it another root.
    Each line after it is a mount, in the order they were made: a path, what is there
    (``data`` or ``data[/sub]``; a tmpfs, unless its name is ``proc`` or another type), then any of
    ``shared:A master:B unbindable locked``, options such as
    ``ro,nodev`` and ``locks:ro,atime``. ``files data /a f:/b`` says what a file system holds besides
    the mount points. ``#`` starts a comment. Raises NotUnderstood that quotes the line.

    >>> state = parse_state("space host\n/ root\n/mnt data shared:A\nfiles data /a")
    >>> state.spaces["host"].root.path
    '/'
    """
    builder = _Builder(kernel, limit)
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            builder.read(words, line.strip())
    return builder.draft.done()


class _Builder:
    def __init__(self, kernel: Kernel | None, limit: int) -> None:
        self.draft = Draft(empty(kernel, limit=limit))
        self._groups: dict[str, int] = {}
        self._filesystems: dict[str, int] = {}
        self._users: dict[str, int] = {}
        self._space = ""

    def read(self, words: list[str], line: str) -> None:
        if words[0] == "space" and len(words) > 1:
            self._start_space(words[1], words[2:], line)
        elif words[0] == "files" and len(words) > 1:
            self._files(words[1], words[2:], line)
        elif words[0].startswith("/") and len(words) > 1 and self._space:
            self._mount(words[0], words[1], words[2:], line)
        else:
            raise NotUnderstood(f"{words[0]!r} does not start a line of a state: {line!r}")

    def _start_space(self, name: str, words: list[str], line: str) -> None:
        draft, user, other, root = self.draft, 0, "", "/"
        for word in words:
            key, _, value = word.partition(":")
            if key == "user" and value:
                user = self._user(value)
            elif key == "in" and value in draft.spaces:
                other = value
            elif key == "root" and value.startswith("/"):
                root = value
            else:
                raise NotUnderstood(f"{word!r} is not understood in {line!r}")
        if other:
            place = resolve(draft, draft.spaces[other], root, directory=True)
            draft.put_space(Space(name, draft.spaces[other].ns, user, place, place))
        else:
            self._start_namespace(name, user)

    def _start_namespace(self, name: str, user: int) -> None:
        """Make a namespace with a hidden first mount, as every machine has one below its root."""
        draft, self._space = self.draft, name
        ns, mount, fs = draft.new_id(), draft.new_id(), self._filesystem("(hidden)")
        draft.put_namespace(Namespace(ns, user, mount, 1))
        draft.add(Mount(mount, ns, 0, "/", fs, "/", flags=flags.RELATIME))
        draft.put_space(Space(name, ns, user, Place(mount, "/"), Place(mount, "/")))

    def _mount(self, path: str, what: str, words: list[str], line: str) -> None:
        draft, space = self.draft, self.draft.spaces[self._space]
        name, _, rest = what.partition("[")
        fs, root = self._filesystem(name), rest.rstrip("]") or "/"
        mount = Mount(draft.new_id(), space.ns, 0, "/", fs, root, flags=flags.RELATIME)
        for word in words:
            mount = self._worded(mount, word, line)
        first = space.root.mount == draft.namespaces[space.ns].root and path == "/"
        place = space.root if first else _know(draft, space.root, path, "dir")
        draft.put_filesystem(_with_path(draft.filesystems[fs], root, "dir"))
        draft.add(mount)
        draft.place(mount.id, *place)
        draft.count(space.ns, 1)
        if first:
            draft.put_space(space._replace(root=Place(mount.id, root), cwd=Place(mount.id, root)))

    def _worded(self, mount: Mount, word: str, line: str) -> Mount:
        key, _, value = word.partition(":")
        if key == "shared" and value:
            return mount._replace(group=self._group(value))
        if key == "master" and value:
            return mount._replace(master=self._group(value))
        if word == "unbindable":
            return mount._replace(unbindable=True)
        if word == "locked":
            return mount._replace(locked=True)
        if key == "locks" and value:
            atime = flags.LOCK_ATIME if "atime" in value.split(",") else 0
            return mount._replace(locks=flags.read(value) & flags.LOCKABLE | atime)
        if set(word.split(",")) <= flags.WORDS:
            return mount._replace(flags=flags.asked(word.split(",")))
        raise NotUnderstood(f"{word!r} is not understood in {line!r}")

    def _files(self, name: str, words: list[str], line: str) -> None:
        fs = self._filesystem(name)
        for word in words:
            if not word.removeprefix("f:").startswith("/"):
                raise NotUnderstood(f"{word!r} is no path in {line!r}")
            kind = "file" if word.startswith("f:") else "dir"
            self.draft.put_filesystem(_with_path(self.draft.filesystems[fs], word.removeprefix("f:"), kind))

    def _user(self, name: str) -> int:
        if name not in self._users:
            self._users[name] = self.draft.new_id()
            self.draft.users = {**self.draft.users, self._users[name]: 0}
        return self._users[name]

    def _group(self, name: str) -> int:
        return self._groups.setdefault(name, self.draft.new_id())

    def _filesystem(self, name: str) -> int:
        if name not in self._filesystems:
            self._filesystems[name] = self.draft.new_id()
            fstype = name if name in SINGLE else "tmpfs"
            self.draft.put_filesystem(FileSystem(self._filesystems[name], fstype, name, {"/": "dir"}))
        return self._filesystems[name]


def _know(draft: Draft, root: Place, path: str, kind: str) -> Place:
    """Note that *path* below *root* is there, and return where it leads."""
    place = root
    parts = [part for part in path.split("/") if part]
    for number, part in enumerate(parts, 1):
        filesystem = draft.filesystems[draft.mounts[place.mount].fs]
        down = f"{place.path.rstrip('/')}/{part}"
        new = _with_path(filesystem, down, "dir" if number < len(parts) else kind)
        if new.paths != filesystem.paths:
            draft.put_filesystem(new)
        place = Place(place.mount, down)
        while child := draft.child(*place):
            place = Place(child, draft.mounts[child].root)
    if not parts:
        while child := draft.child(*place):
            place = Place(child, draft.mounts[child].root)
    return place


def _with_path(filesystem: FileSystem, path: str, kind: str) -> FileSystem:
    """Return *filesystem* with *path* in it and the directories above it; what is known stays."""
    paths = dict(filesystem.paths)
    above = path
    while (above := above.rpartition("/")[0]) and above != "/":
        paths.setdefault(above, "dir")
    paths.setdefault("/", "dir")
    paths.setdefault(path, kind)
    return filesystem._replace(paths=paths)
