"""Random walks: sequences of operations on the model and on the kernel, compared after every step."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from nslab.state.propagation import (
    Bind,
    Chdir,
    Chroot,
    Hold,
    Leave,
    Make,
    MakePath,
    Mount,
    Move,
    NotUnderstood,
    PivotRoot,
    Place,
    Release,
    Remount,
    RemovePath,
    Umount,
    Unshare,
    canonical,
    do,
)
from nslab.state.propagation.changing import merged
from nslab.state.propagation.commands import parse
from nslab.state.propagation.paths import resolve
from nslab.state.propagation.refused import Refused
from nslab.state.propagation.table import relative, within
from tests.state.propagation.world import MORE, World, model

ENOUGH = 60
"""Mounts in a world from which on it is thinned out."""
TOO_MANY = 200
"""Mounts that no step may lead beyond."""
SPACES = 6
NAMESPACES = 4
LENGTH = 100
"""Steps in one world."""
STEMS = (
    "/",
    "/a",
    "/b",
    "/d",
    "/e",
    "/f",
    "/a/b",
    "/b/c",
    "/d/b",
    "/a/f",
    "/a/b/c",
    "/d/b/c",
    "/a/a",
    "/d/b/e",
    "/b/b/c",
)
TAILS = ("", "", "", "/b", "/c", "/a", "/e", "/b/c", "/f", "/..", "/../..", "/none")
OPTIONS = (
    ("ro",),
    ("ro", "nodev"),
    ("nosuid", "noexec"),
    ("noatime",),
    ("nodiratime",),
    ("strictatime",),
    ("rw",),
    (),
)
KINDS = ("shared",) * 5 + ("slave",) * 5 + ("private", "unbindable")
_MAKERS = {
    "mount": 14,
    "bind": 16,
    "rbind": 10,
    "move": 9,
    "umount": 16,
    "lazy": 6,
    "make": 24,
    "remount": 4,
    "clone": 7,
    "leave": 1,
    "pivot_root": 3,
    "chroot": 1,
    "chdir": 1,
    "hold": 2,
    "release": 2,
    "mkdir": 3,
    "rmdir": 3,
}


class Difference(AssertionError):
    """The model and the kernel do not agree: after which operations, and what each says."""

    def __init__(self, seed, done, model, kernel):
        super().__init__(seed)
        self.seed, self.done, self.model, self.kernel = seed, done, model, kernel

    def __str__(self):
        steps = "\n".join(f"    {asked!r}," for asked in self.done)
        return (
            f"seed {self.seed}, after\n{steps}\nthe model says\n{self.model}\nand the kernel\n{self.kernel}"
        )


class Walk:
    """One world and its model, side by side."""

    def __init__(self, zygote, seed=0):
        self.world, self.state, self.seed = World(zygote), model(), seed
        self.done, self.rules = [], Counter()
        self._same = self.last = None

    def close(self):
        self.world.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def fits(self, asked) -> bool:
        """Return whether *asked* keeps the world within what is compared."""
        state = do(self.state, asked).state
        if len(state.mounts) > TOO_MANY:
            return False
        return all(
            place.mount in state.mounts
            for space in state.spaces.values()
            for place in (space.root, space.cwd)
        )

    def settled(self, asked):
        """Return *asked*, without what a new file system holds where its target would then lead elsewhere."""
        if not isinstance(asked, Mount) or not asked.paths:
            return asked
        outcome = do(self.state, asked)
        if outcome.refusal:
            return asked
        new = next(event.mount for event in outcome.events if event.verb == "attached")
        try:
            place = resolve(outcome.state, outcome.state.spaces[asked.space], asked.target)
        except Refused:
            place = Place(0, "/")
        return asked if place.mount == new and ".." not in asked.target else replace(asked, paths=())

    def step(self, asked) -> str:
        """Do *asked* on both; return the errno's name. Raises Difference."""
        outcome = do(self.state, asked)
        self.done.append(asked)
        said = self.world.do(self._as_called(asked))
        expected = outcome.refusal.name if outcome.refusal else ""
        if said != expected:
            raise Difference(
                self.seed, tuple(self.done), f"{expected or 'done'} {outcome.refusal}", said or "done"
            )
        self._find_roots(outcome.state)
        kernel = self.world.canonical()
        if self._same != (outcome.state, kernel):
            ours = canonical(outcome.state)
            if ours != kernel:
                raise Difference(self.seed, tuple(self.done), ours, kernel)
        self.state, self.last, self._same = outcome.state, outcome, (outcome.state, kernel)
        self.rules.update(
            [outcome.refusal.rule.id] if outcome.refusal else {event.rule for event in outcome.events}
        )
        return said

    def _as_called(self, asked):
        """Return *asked* as mount(8) would call the kernel, which knows nothing of merging options."""
        if not (isinstance(asked, Remount) and asked.merge):
            return asked
        try:
            place = resolve(self.state, self.state.spaces[asked.space], asked.target)
        except Refused:
            return asked
        found = self.state.mounts[place.mount]
        options = merged(found.flags, self.state.filesystems[found.fs].read_only, asked)
        return replace(asked, options=options, merge=False)

    def type(self, *lines) -> str:
        """Do command lines on both; return the name of the errno that the last one ended with."""
        said = ""
        for line in lines:
            name, equals, rest = line.partition(" = ")
            command = parse(rest if equals else line, "host", born=name if equals else "new")
            for operation in command.operations:
                said = self.step(operation)
                if said:
                    break
        return said

    def rule(self, line) -> str:
        """Return the rule that refuses a command line, after both have refused it alike."""
        said = self.type(line)
        refused = self.last.refusal
        assert said, f"{line!r} was not refused"
        return refused.rule.id

    def at(self, path, space="host"):
        """Return the mount that *path* leads to in the model."""
        return self.state.mounts[resolve(self.state, self.state.spaces[space], path).mount]

    def seen(self, space="host") -> list[str]:
        """Return the mount points of a space, sorted."""
        root = self.state.spaces[space].root
        return sorted(self.state.path(mount, root) for mount in self.state.seen_by(space))

    def _find_roots(self, state):
        """Tell the world where roots are that no mountinfo shows."""
        if state.spaces is self.state.spaces:
            return
        for name, space in state.spaces.items():
            old = self.state.spaces.get(name)
            if old is None or old.root != space.root:
                self.world.find_root(name, space.root.path)


class Chooser:
    """Makes up operations that are likely to matter in a state."""

    def __init__(self, random: random.Random):
        self.random = random
        self._names = 0

    def operation(self, state):
        """Return an operation for one of the state's spaces."""
        crowded = len(state.mounts) > ENOUGH and self.random.random() < 0.6
        makers = {"umount": 4, "lazy": 5, "leave": 1} if crowded else _MAKERS
        maker = self.random.choices([*makers], [*makers.values()])[0]
        space = self.random.choice([*state.spaces])
        return getattr(self, f"_{maker}")(state, space)

    def _path(self, state, space):
        """Return a path, mostly one that leads somewhere."""
        for _ in range(4):
            path = self._any_path(state, space)
            try:
                resolve(state, state.spaces[space], path)
            except Refused:
                continue
            break
        return path

    def _any_path(self, state, space):
        """Return a path: mostly a directory or file of some mount that is there, often a mount point."""
        draw = self.random.random()
        seen = state.seen_by(space)
        if seen and draw < 0.9:
            mount = state.mounts[self.random.choice(seen)]
            path = state.path(mount.id, state.spaces[space].root)
            inside = [known for known in state.filesystems[mount.fs].paths if within(known, mount.root)]
            if draw > 0.4 and inside:
                path = path.rstrip("/") + relative(self.random.choice(inside), mount.root)
        else:
            path = self.random.choice(STEMS).rstrip("/") + self.random.choice(TAILS)
        return (path or "/") if draw < 0.97 else path[1:] or "."

    def _point(self, state, space):
        """Return the path of a mount point, mostly."""
        seen = state.seen_by(space)
        if not seen or draw_one(self.random, 6):
            return self._path(state, space)
        return state.path(self.random.choice(seen), state.spaces[space].root)

    def _mount(self, state, space):
        path = self._path(state, space)
        if draw_one(self.random, 4):
            return Mount(space, "tmpfs", path, options=self.random.choice(OPTIONS))
        return Mount(space, "tmpfs", path, paths=MORE)

    def _bind(self, state, space):
        return Bind(space, self._path(state, space), self._path(state, space))

    def _rbind(self, state, space):
        return Bind(space, self._path(state, space), self._path(state, space), recursive=True)

    def _move(self, state, space):
        return Move(space, self._point(state, space), self._path(state, space))

    def _umount(self, state, space):
        path = self._point(state, space)
        return Umount(space, path, lazy=path == "/" and not draw_one(self.random, 50))

    def _lazy(self, state, space):
        return Umount(space, self._point(state, space), lazy=True)

    def _make(self, state, space):
        return Make(space, self._point(state, space), self.random.choice(KINDS), draw_one(self.random, 4))

    def _remount(self, state, space):
        return Remount(
            space, self._point(state, space), self.random.choice(OPTIONS), not draw_one(self.random, 4)
        )

    def _clone(self, state, space):
        if len(state.spaces) >= SPACES:
            return self._leave(state, space)
        self._names += 1
        mount = len(state.namespaces) < NAMESPACES and not draw_one(self.random, 6)
        return Unshare(space, f"s{self._names}", mount, draw_one(self.random, 2))

    def _leave(self, state, space):
        last = [*state.spaces][-1]
        held = any(label.startswith(f"{last}:") for label in state.holds)
        return self._mount(state, space) if last == "host" or held else Leave(last)

    def _pivot_root(self, state, space):
        new = self._path(state, space)
        old = (
            new.rstrip("/") + self.random.choice(TAILS)
            if draw_one(self.random, 2)
            else self._path(state, space)
        )
        return PivotRoot(space, new, old or "/")

    def _chroot(self, state, space):
        return Chroot(space, self._path(state, space))

    def _chdir(self, state, space):
        return Chdir(space, self._path(state, space))

    def _hold(self, state, space):
        self._names += 1
        return Hold(space, self._path(state, space), f"{space}:{self._names}")

    def _release(self, state, space):
        if not state.holds:
            return self._hold(state, space)
        label = self.random.choice([*state.holds])
        return Release(label.partition(":")[0], label)

    def _rmdir(self, state, space):
        path = self._path(state, space)
        return RemovePath(space, path if path.rpartition("/")[2] not in ("", ".", "..") else "/e")

    def _mkdir(self, state, space):
        return MakePath(
            space, self._path(state, space).rstrip("/") + self.random.choice(("/a", "/b", "/c", "/none"))
        )


def draw_one(source: random.Random, of: int) -> bool:
    """Return True once in *of* times."""
    return source.randrange(of) == 0


def run(zygote, steps: int, seed: object, tell=None) -> Counter:
    """Walk *steps* steps in fresh worlds; return in how many each rule had a part. Raises Difference."""
    rules: Counter[str] = Counter()
    walked, number = 0, 0
    while walked < steps:
        chooser = Chooser(random.Random(f"{seed}/{number}"))
        with Walk(zygote, f"{seed}/{number}") as walk:
            while len(walk.done) < min(LENGTH, steps - walked):
                asked = walk.settled(chooser.operation(walk.state))
                if walk.fits(asked):
                    walk.step(asked)
        rules += walk.rules
        walked += len(walk.done)
        number += 1
        if tell and number % 100 == 0:
            tell(f"{walked} steps without difference")
    return rules


def replay(zygote, asked) -> Difference | None:
    """Do the operations in a fresh world; return the difference they lead to, None if there is none."""
    with Walk(zygote, "replay") as walk:
        try:
            for operation in asked:
                if operation.space in walk.state.spaces and walk.fits(operation):
                    walk.step(operation)
        except Difference as difference:
            return difference
        except NotUnderstood:
            pass
    return None


def shrink(zygote, difference: Difference) -> Difference:
    """Return the difference that the fewest of the operations lead to."""
    shorter = True
    while shorter:
        shorter = False
        for number in reversed(range(len(difference.done) - 1)):
            found = replay(zygote, difference.done[:number] + difference.done[number + 1 :])
            if found:
                difference, shorter = found, True
    return difference
