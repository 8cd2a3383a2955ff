"""What following a packet costs, beside sending it alone.

Run it: ./course python tests/bench/bench_packets.py
Each line holds medians, measured in turns, and their ratio, or one median and its aim.
"""

from __future__ import annotations

import time
from statistics import median

from nslab import Lab
from nslab.front.drill import _build
from nslab.linux import packets

ROUNDS = 15


def seconds(work):
    """Return how long *work* took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(*works):
    """Return the median time of each of *works*, done in turns, the first turn not counted."""
    turns = [[seconds(work) for work in works] for _ in range(ROUNDS + 1)][1:]
    return [median(times) * 1e3 for times in zip(*turns, strict=True)]


def main() -> None:
    """Print each line."""
    with Lab(quiet=True) as lab:
        _build(lab)
        web = lab.spaces["web"]
        trace = web.ping("10.9.0.2")
        assert [hop.space for hop in trace.journey.hops] == ["web", "host", "outside"]
        followed, alone = measure(
            lambda: web.ping("10.9.0.2"), lambda: web.call(packets.echo, "10.9.0.2", 1, b"bench", 1.0)
        )
        print(
            f"traced ping over three hops {followed:8.1f} ms   untraced {alone:5.2f} ms   aim: below 100 ms"
        )
        (drawn,) = measure(trace.path.svg)
        print(f"its picture                 {drawn:8.1f} ms   aim: below 150 ms")
        for number in range(20):
            lab.host.unshare("net", name=f"more{number}")
        (many,) = measure(lambda: web.ping("10.9.0.2"))
        print(f"the same among 24 namespaces {many:7.1f} ms")


if __name__ == "__main__":
    main()
