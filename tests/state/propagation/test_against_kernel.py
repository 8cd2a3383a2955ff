"""The model and the kernel do the same: long random walks, compared after every step, errno included.

NSLAB_STEPS says how many steps the walks take (20,000 unless it says otherwise), NSLAB_SEED where they start.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nslab.state.propagation import Bind, Make, Mount, Move, PivotRoot, Remount, Umount, Unshare
from tests.state.propagation.scenes import SCENES, walk
from tests.state.propagation.walk import NAMESPACES, STEMS, Difference, Walk, shrink
from tests.state.propagation.world import MORE

STEPS = int(os.environ.get("NSLAB_STEPS", "20000"))
SEED = os.environ.get("NSLAB_SEED", "mounts")
RARE = (
    "attach.becomes-shared",
    "bind.locked-child",
    "clone.user",
    "copy.slave-peer",
    "copy.slave-shared",
    "copy.tucked",
    "detach.fell",
    "detach.kept-child",
    "group.grandmaster",
    "group.orphaned",
    "make.slave-of-master",
    "pivot.new",
    "umount.busy-copy",
)
"""Rules that walks of this length come to, or they would prove little."""


def test_random_walks_find_no_difference(zygote):
    rules: Counter[str] = Counter()
    walked = number = 0
    while walked < STEPS:
        seed = f"{SEED}/{number}"
        try:
            one = walk(zygote, random.Random(seed), seed)
        except Difference as difference:
            pytest.fail(str(shrink(zygote, difference)), pytrace=False)
        rules += one.rules
        walked += len(one.done)
        number += 1
    print(f"\n{walked:,} steps in {number:,} worlds without difference")
    assert STEPS < 20_000 or not [rule for rule in RARE if not rules[rule]]


def paths(state, space):
    """Return a strategy for paths: the short ones, and the mount points that *space* sees."""
    points = [state.path(mount, state.spaces[space].root) for mount in state.seen_by(space)]
    return st.sampled_from([*STEMS, *dict.fromkeys(points)])


class Machine(RuleBasedStateMachine):
    """Hypothesis chooses: what it finds, it makes as short as it can by itself."""

    zygote = None

    @initialize(scene=st.sampled_from((None, *SCENES)), draw=st.randoms())
    def start(self, scene, draw):
        self.walk = Walk(self.zygote, "hypothesis")
        for asked in scene(draw) if scene else ():
            self._do(asked)

    def teardown(self):
        self.walk.close()

    def _do(self, asked):
        if asked.space in self.walk.state.spaces and self.walk.fits(asked):
            self.walk.step(asked)

    def _space(self, data):
        return data.draw(st.sampled_from([*self.walk.state.spaces]), "space")

    def _path(self, data, space, what="path"):
        return data.draw(paths(self.walk.state, space), what)

    @rule(data=st.data(), recursive=st.booleans())
    def bind(self, data, recursive):
        space = self._space(data)
        self._do(Bind(space, self._path(data, space, "source"), self._path(data, space, "target"), recursive))

    @rule(data=st.data())
    def mount(self, data):
        space = self._space(data)
        self._do(self.walk.settled(Mount(space, "tmpfs", self._path(data, space), paths=MORE)))

    @rule(data=st.data())
    def move(self, data):
        space = self._space(data)
        self._do(Move(space, self._path(data, space, "source"), self._path(data, space, "target")))

    @rule(data=st.data(), lazy=st.booleans())
    def umount(self, data, lazy):
        space = self._space(data)
        self._do(Umount(space, self._path(data, space), lazy))

    @rule(
        data=st.data(),
        kind=st.sampled_from(["shared", "slave", "private", "unbindable"]),
        recursive=st.booleans(),
    )
    def make(self, data, kind, recursive):
        space = self._space(data)
        self._do(Make(space, self._path(data, space), kind, recursive))

    @rule(data=st.data(), options=st.sampled_from([("ro",), ("rw",), ("nodev", "noexec"), ("noatime",)]))
    def remount(self, data, options):
        space = self._space(data)
        self._do(Remount(space, self._path(data, space), options, bind=True))

    @precondition(lambda self: len(self.walk.state.spaces) < NAMESPACES)
    @rule(data=st.data(), user=st.booleans())
    def unshare(self, data, user):
        self._do(Unshare(self._space(data), f"s{len(self.walk.state.spaces)}", user=user))

    @rule(data=st.data())
    def pivot_root(self, data):
        space = self._space(data)
        self._do(PivotRoot(space, self._path(data, space, "new root"), self._path(data, space, "old root")))


def test_hypothesis_finds_no_difference(zygote):
    class Here(Machine):
        pass

    Here.zygote = zygote
    amount = settings(max_examples=60, stateful_step_count=30, deadline=None, database=None, derandomize=True)
    run_state_machine_as_test(Here, settings=amount)
