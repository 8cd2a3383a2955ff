"""The fault drill: find what broke a network, say where, mend it, and be checked by packets."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nslab.front.surveying import quietly
from nslab.state import drills

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nslab.front.lab import Lab
    from nslab.lab.machine import Machine
    from nslab.state.surroundings import World

_TASK = """a network with one fault: web and db on a bridge of host, which masquerades for them to outside
should work   web and db ping each other, themselves (127.0.0.1), and outside (10.9.0.2)
1  find it    lab.spaces["web"].ping("10.9.0.2").path, and others; they keep back the reason
2  name it    drill.answer("web", "{word}"): the space at fault, and one of
              {words}
3  mend it    with ordinary commands; outside is not yours to change
4  check      drill.check()"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a step of the drill is done, and if not what is not met yet."""

    ok: bool
    says: str

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"{'done' if self.ok else 'not yet'}: {self.says}"


class Drilling:
    """What a lab can do as a drill."""

    _untold: Machine | None = None

    def drill(self: Lab, seed: int | None = None) -> Drill:  # type: ignore[misc]
        """Make the lab afresh, with a network that works, break one thing in it, and return the drill.

        The same *seed* breaks the same thing. Raises NoLab, and RuntimeError where
        the kernel lacks what the network is made of. Introduced in chapter 10.
        """
        return Drill(self, seed)


class Drill:
    """A network with one of eight faults. ``answer`` names it, ``check`` sees whether all is well again.

    Until it is named, traces keep back their reasons. ``solution()`` tells.
    Made by :meth:`Lab.drill`. Introduced in chapter 10.
    """

    def __init__(self, lab: Lab, seed: int | None) -> None:
        self._lab = lab
        self._fault = drills.choose(seed)
        self._named = False
        _build(lab)
        self._macs = len(_macs(self._world()))
        _do(lab, self._fault.space, self._fault.breaks)
        lab._untold = lab._machine

    def answer(self, space: str, fault: str) -> Verdict:
        """Say which *space* is at fault and which of the eight faults it is.

        Raises ValueError for a fault or a space that there is not.
        """
        if fault not in drills.WORDS:
            raise ValueError(f"there is no fault {fault!r}; take one of {', '.join(drills.WORDS)}")
        if space not in self._lab.spaces:
            raise ValueError(f"there is no space {space!r}; take one of {', '.join(self._lab.spaces)}")
        if fault != self._fault.word:
            return Verdict(False, f"it is not {fault}; {self._seen()}")
        if space not in self._fault.places:
            return Verdict(False, f"{fault} is right, but not at {space}; {self._seen()}")
        self._named, self._lab._untold = True, None
        return Verdict(True, f"{fault} at {space}; now mend it")

    def check(self) -> Verdict:
        """Say whether the fault is named and the network works again, by state and by packets."""
        if not self._named:
            return Verdict(False, "name the fault first, with drill.answer(space, fault)")
        wrong = next(self._wrong(), None)
        return Verdict(wrong is None, wrong or "every packet gets its answer again, and outside is as it was")

    def solution(self) -> str:
        """Return where the fault is and the commands that mend it."""
        fault = self._fault
        return f"{fault.word} at {fault.places[0]}\n{fault.space}# {fault.mends}"

    def __repr__(self) -> str:
        return _TASK.format(word=drills.WORDS[2], words=", ".join(drills.WORDS))

    def _wrong(self) -> Iterator[str]:
        """Yield what is not as it should be, as seen in the kernel."""
        gone = [name for name in ("web", "db", "outside") if name not in self._lab.spaces]
        if gone:
            yield f"the space {gone[0]} has ended; lab.drill() makes a new network"
            return
        world = self._world()
        theirs = [route for route in world.namespaces["outside"].routes if route.main]
        routes = {route.net for route in theirs if route.device == "eth0" and ":" not in route.net}
        if extra := routes - {"10.9.0.0/24"}:
            yield f"outside is not yours to change, and has a route to {sorted(extra)[0]}"
        yield from self._masks(world)
        if len(_macs(world)) < self._macs:
            yield "two interfaces on the bridge have the same MAC"
        yield from self._silent()

    def _masks(self, world: World) -> Iterator[str]:
        for name, address in drills.CONTAINERS.items():
            eth0 = world.interface(name, "eth0")
            own = [each for each in eth0.addresses if each.version == 4] if eth0 else []
            if [str(each) for each in own] != [f"{address}/24"]:
                said = ", ".join(map(str, own)) or "no address"
                yield f"{name}:eth0 has {said}; it should have {address}/24"

    def _silent(self) -> Iterator[str]:
        """Yield each pair that does not answer. First each sends once: who has a new MAC tells it thus.

        A MAC that was asked for in vain before the repair may still fail once, EHOSTUNREACH: that asks again.
        """
        pairs = list(_pairs())
        for space, address in pairs:
            self._lab.spaces[space].call(_ping, address, 0.1)
        for space, address in pairs:
            said = self._lab.spaces[space].call(_ping, address, 1.5)
            if said == errno.EHOSTUNREACH:
                said = self._lab.spaces[space].call(_ping, address, 1.5)
            if said:
                yield f"{space} gets no answer from {address}"

    def _seen(self) -> str:
        """Return where a packet that gets no answer is seen last, without the reason."""
        from nslab.front.packets import traced_ping

        for space, address in _pairs():
            trace = traced_ping(self._lab.spaces[space], address)
            if not trace.ok:
                return f"a packet from {space} to {address} is seen last in {trace.stopped}"
        return "every packet gets its answer"

    def _world(self) -> World:
        return self._lab._topology(routes=True).world


def _pairs() -> Iterator[tuple[str, str]]:
    for name in drills.CONTAINERS:
        yield name, "127.0.0.1"
        yield from ((name, address) for other, address in drills.CONTAINERS.items() if other != name)
        yield name, drills.OUTSIDE


def _ping(address: str, seconds: float) -> int:
    """Return 0 when *address* answers, else the errno."""
    from nslab.linux import packets

    return packets.echo(address, 1, b"nslab drill", seconds)


def _macs(world: World) -> set[str]:
    return {each.mac for _, each in world.everything() if each.kind == "veth"}


def _build(lab: Lab) -> None:
    host = lab.reset().host
    quiet, lab.quiet = lab.quiet, True
    try:
        made = {name: host.unshare("net", name=name) for name in ("web", "db", "outside")}
    finally:
        lab.quiet = quiet
    _do(lab, "host", drills.HOST.format(**{name: space.pid for name, space in made.items()}))
    _do(lab, "outside", drills.outside())
    for name in drills.CONTAINERS:
        _do(lab, name, drills.container(name))


def _do(lab: Lab, space: str, commands: str) -> None:
    said = quietly(lab.spaces[space], f"{{ {commands}\n}} 2>&1 || echo failed")
    if said:
        raise RuntimeError(f"the drill's network can't be made here: {said.strip()}; nslab doctor says more")
