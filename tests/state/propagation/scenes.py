"""Where random walks start, so that they soon come to what is rare: chains, user namespaces, stacks."""

from __future__ import annotations

from nslab.state.propagation import (
    Bind,
    Hold,
    Make,
    Mount,
    Move,
    PivotRoot,
    Remount,
    Umount,
    Unshare,
    canonical,
)
from nslab.state.propagation.locked import askable, with_locks
from tests.state.propagation.walk import KINDS, LENGTH, Chooser, Difference, Walk, draw_one
from tests.state.propagation.world import MORE

_MANY = 25
"""Steps at the end of a walk that take apart what it made."""


def _shared_root(draw):
    yield Bind("host", "/", "/", recursive=True)
    yield Make("host", "/..", "shared", recursive=True)


def _chain(draw):
    """A group that hears a group that hears a group, in one space and in others."""
    yield Bind("host", "/a", "/a")
    yield Make("host", "/a", "shared")
    for target in draw.sample(["/b", "/d", "/e", "/d/b"], 3):
        yield Bind("host", draw.choice(["/a", "/a", "/b", "/a/b"]), target)
        yield Make("host", target, "slave")
        if draw.random() < 0.7:
            yield Make("host", target, "shared")
    for name in "xy":
        yield Unshare("host", name, user=draw.random() < 0.5)


def _users(draw):
    """Spaces in a child user namespace, and one in a child of that, which hear the host."""
    yield Bind("host", "/a", "/a")
    yield Make("host", "/a", draw.choice(["shared", "shared", "private"]))
    if draw.random() < 0.5:
        yield Bind("host", "/b", "/a/b", recursive=True)
    yield Unshare("host", "x", user=True)
    yield Unshare(draw.choice(["x", "host"]), "y", user=True)
    if draw.random() < 0.5:
        yield Make("x", "/a", "shared")


def _subtrees(draw):
    """Peers and slaves that show different directories of one file system."""
    yield Bind("host", "/", "/d", recursive=True)
    yield Make("host", "/d", "shared")
    for source in draw.sample(["/d/a", "/d/a/b", "/d/b", "/d"], 3):
        yield Bind("host", source, draw.choice(["/e", "/b", "/a/b/c"]))
    yield Make("host", draw.choice(["/e", "/b", "/a/b/c"]), "slave")


def _stacks(draw):
    """The same few mounts over each other."""
    for target in ("/a", "/a", "/b"):
        yield Bind("host", "/a", target)
        yield Make("host", target, draw.choice(["shared", "shared", "slave"]))


def _options(draw):
    """Options that get locked on the way into a user namespace."""
    yield Bind("host", "/a", "/a")
    yield Remount(
        "host",
        "/a",
        draw.choice([("ro",), ("nodev", "nosuid"), ("noatime", "noexec"), ("ro", "nodiratime")]),
        bind=True,
    )
    yield Make("host", "/a", "shared")
    yield Unshare("host", "x", user=True)
    yield Bind("host", "/a", "/a/b", recursive=True)


def _pivoted(draw):
    yield Bind("host", "/a", "/a")
    yield Bind("host", "/", "/a/b", recursive=draw.random() < 0.5)
    yield Unshare("host", "x", user=draw.random() < 0.5)
    yield PivotRoot(draw.choice(["host", "x"]), "/a", "/a/b")


def _busy(draw):
    """A file that is open in a copy, and something mounted on another."""
    yield Bind("host", "/a", "/a")
    yield Make("host", "/a", "shared")
    yield Bind("host", "/a", "/d")
    yield Unshare("host", "x")
    yield Mount("host", "tmpfs", "/a/b", paths=MORE)
    space, path = draw.choice([("host", "/d/b/e"), ("x", "/a/b/e"), ("x", "/d/b")])
    yield Hold(space, path, f"{space}:busy")
    yield Make("host", "/d/b", "private")
    yield Bind("host", "/e", draw.choice(["/d/b/b", "/d/b/e"]))
    yield Umount("host", "/a/b")


SCENES = (_shared_root, _chain, _chain, _users, _users, _subtrees, _stacks, _options, _busy, _pivoted)
"""Each yields the operations that a walk starts with."""


class Taker(Chooser):
    """Takes apart what is there, and so finds out what is locked."""

    def operation(self, state):
        """Return an operation that a lock could stop."""
        space = self.random.choice([*state.spaces])
        point = self._point(state, space)
        match self.random.randrange(8):
            case 0:
                return Move(space, point, point)
            case 1:
                return Bind(space, point, self._path(state, space))
            case 2:
                return Remount(
                    space,
                    point,
                    self.random.choice([("rw",), ("ro",), ("noatime",), ("strictatime",)]),
                    bind=True,
                )
            case 3:
                return Make(space, point, self.random.choice(KINDS))
            case 4:
                return Umount(space, point, lazy=point != "/" or draw_one(self.random, 20))
            case _:
                return Umount(space, point, lazy=point == "/")


def walk(zygote, draw, seed, length=LENGTH):
    """Walk once from a scene: set it, wander, and take apart; return the walk. Raises Difference."""
    with Walk(zygote, seed) as one:
        if draw.random() < 0.8:
            for asked in draw.choice(SCENES)(draw):
                if asked.space in one.state.spaces and one.fits(asked):
                    one.step(asked)
        _wander(one, Chooser(draw), max(10, length - _MANY))
        _wander(one, Taker(draw), length)
        compare_locks(one)
    return one


def compare_locks(walk):
    """Compare what is locked where in the model and in the kernel. Raises Difference."""
    for name, process in walk.world.spaces.items():
        paths = askable(walk.state, name)
        error, answers = process.ask("locks", [*paths.values()])
        assert not error
        told = with_locks(walk.state, dict(zip(paths, answers, strict=True)))
        ours, kernel = canonical(walk.state, locks=True), canonical(told, locks=True)
        if ours != kernel:
            raise Difference(walk.seed, tuple(walk.done), ours, kernel)


def _wander(one, chooser, length):
    while len(one.done) < length:
        asked = one.settled(chooser.operation(one.state))
        if one.fits(asked):
            one.step(asked)
