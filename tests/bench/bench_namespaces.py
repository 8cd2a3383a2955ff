"""Finding all namespaces, side by side with lsns(8), and drawing them.

Run it: ./course python tests/bench/bench_namespaces.py
Each line holds two medians, measured in turns, and their ratio.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from nslab import Lab
from nslab.linux import nsfs
from nslab.view.namespaces import NamespacesFigure
from nslab.view.ownership import OwnershipFigure

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 10
PROCESSES = 2000
COLUMNS = "NS,TYPE,NPROCS,PID,PPID,COMMAND,UID,USER,PNS,ONS"


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long *work* took."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def main() -> None:
    """Print the medians and the aims."""
    with Lab(quiet=True) as lab:
        for number in range(20):
            lab.host.unshare("uts", "ipc", "net", name=f"space{number}")
        lab.host.run(f"for i in $(seq {PROCESSES}); do sleep 1000 & done")
        pairs = [
            (milliseconds(lambda: lab.host.call(nsfs.survey)), milliseconds(lambda: _lsns(lab)))
            for _ in range(ROUNDS)
        ]
        ours, theirs = (median(pair[place] for pair in pairs) for place in (0, 1))
        told = f"survey {ours:.1f} ms, lsns --json {theirs:.1f} ms, ratio {ours / theirs:.2f}"
        print(f"{PROCESSES} processes: {told}   aim: below 1")
        found = lab.namespaces().namespaces
        for figure in (NamespacesFigure(found), OwnershipFigure(found)):
            figure.svg()
            taken = median(milliseconds(figure.svg) for _ in range(ROUNDS))
            print(f"{type(figure).__name__:<18} {taken:6.1f} ms   aim: 150 ms")


def _lsns(lab: Lab) -> None:
    lab.host.run(f"lsns --json --output {COLUMNS} >/dev/null")


if __name__ == "__main__":
    main()
