"""What reading and drawing the process tree costs, side by side with ps.

Run it: ./course python tests/bench/bench_processes.py
Each line holds two medians, measured in turns, and their ratio.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from nslab import Lab

if TYPE_CHECKING:
    from collections.abc import Callable

PROCESSES = 2000
ROUNDS = 7
FORKS = f"for i in $(seq {PROCESSES}); do sleep 1000 & done; exec sleep 1000"


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long *work* took."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def compare(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    """Print the medians of *ours* and *theirs*, measured in turns."""
    pairs = [(milliseconds(ours), milliseconds(theirs)) for _ in range(ROUNDS)]
    mine, others = (median(pair[place] for pair in pairs) for place in (0, 1))
    print(f"{what:<48} {mine:8.1f} ms  {others:8.1f} ms  ratio {mine / others:6.2f}")


def main() -> None:
    """Print all comparisons."""
    with Lab(quiet=True) as lab:
        box = lab.host.unshare("pid", "mnt", name="box", mount_proc=True)
        box.start(FORKS)
        while len((figure := lab.processes()).processes.every) < PROCESSES:
            time.sleep(0.2)
        ps = "ps -eo pid,ppid,pidns,comm"
        compare(f"{PROCESSES} processes: lab.processes(), ps", lab.processes, lambda: lab.host.run(ps))
        changed = lab.processes().since(figure)
        drawn = [milliseconds(figure.svg) for _ in range(ROUNDS)]
        again = [milliseconds(changed.svg) for _ in range(ROUNDS)]
        print(f"{'figure of ' + str(PROCESSES) + ' processes':<48} {median(drawn):8.1f} ms")
        print(f"{'the same since a moment before':<48} {median(again):8.1f} ms     aim: under 150 ms")


if __name__ == "__main__":
    main()
