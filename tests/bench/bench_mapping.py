"""What looking ids up and drawing their maps costs.

Run it: ./course python tests/bench/bench_mapping.py
The composition of two 340-line maps is to take under 10 µs an id, each figure under 150 ms.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from nslab import Lab
from nslab.state.idmap import MOST_LINES, OVERFLOW, IdMap
from nslab.state.idstack import IdStack
from nslab.view.idmap import IdMapFigure

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 7
INNER = IdMap.parse("\n".join(f"{3 * n} {2 * n} 2" for n in range(MOST_LINES)))
OUTER = IdMap.parse("\n".join(f"{2 * n} {100_000 - 5 * n} 2" for n in range(MOST_LINES)))


def seconds(work: Callable[[], object]) -> float:
    """Return the median time that *work* took."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def walk() -> int:
    """Look every id of the inner map up, through both maps; return how many were found."""
    found = 0
    for number in range(3 * MOST_LINES):
        between = INNER.out(number)
        found += between is not None and OUTER.shown(OUTER.out(between) or 0) != OVERFLOW
    return found


def main() -> None:
    """Print all measurements, each beside what it is to reach."""
    each = seconds(walk) / (3 * MOST_LINES) * 1e6
    print(f"an id out and in through two 340-line maps  {each:8.2f} µs   10 µs, ratio {each / 10:.2f}")
    whole = seconds(lambda: INNER.through(OUTER)) / MOST_LINES * 1e6
    print(f"composing two 340-line maps, a line          {whole:8.2f} µs   10 µs, ratio {whole / 10:.2f}")
    figure = IdMapFigure(IdStack("uid", ("deep", "outer", "host"), (INNER, OUTER)))
    shown = {"picture of two 340-line maps": figure.svg}
    with Lab(quiet=True) as lab:
        guest = lab.host.unshare("user", name="guest")
        shown |= {"id_map, read and drawn": lambda: guest.id_map().svg()}
        shown |= {"may, asked and drawn": lambda: guest.may().svg(), "see": lambda: lab.see("/srv").svg()}
        for what, work in shown.items():
            taken = seconds(work) * 1e3
            print(f"{what:<44} {taken:8.2f} ms  150 ms, ratio {taken / 150:.2f}")


if __name__ == "__main__":
    main()
