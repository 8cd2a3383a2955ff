"""Long use: 2,000 labs in one process, then one lab with 1,000 spaces; memory and descriptors as they go.

Run it: ./course python tests/bench/bench_long_use.py [LABS [SPACES]]
It ends with status 1 when descriptors or memory grow. A space keeps three descriptors, so the soft limit
of them is raised to the hard one first.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from pathlib import Path

from nslab import Lab

WARM = 20
MOST = 4096
"""KiB that this process's memory may grow by over all the labs, after the first few."""


def now() -> tuple[int, int]:
    """Return this process's resident memory in KiB, and its open descriptors."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(memory), len(os.listdir("/proc/self/fd"))


def labs(count: int) -> bool:
    """Make, use and close *count* labs; return whether nothing grew."""
    begun, first = time.monotonic(), (0, 0)
    for number in range(count + 1):
        if number == WARM:
            first = now()
        if number % 500 == 0 and number:
            print(f"{number:>5} labs    {now()[0]:>8} KiB {now()[1]:>5} descriptors", flush=True)
        with Lab(quiet=True) as lab:
            lab.host.unshare("mnt", "pid", name="web").run("true")
    last = now()
    print(f"{count} labs in {time.monotonic() - begun:.0f} s; {first} KiB and descriptors became {last}")
    return last[1] == first[1] and last[0] - first[0] < MOST


def spaces(count: int) -> bool:
    """Make *count* spaces in one lab, use each, and close it; return whether nothing is left."""
    before, begun = now(), time.monotonic()
    with Lab(quiet=True) as lab:
        made = [lab.host.unshare("mnt", "net", "uts") for _ in range(count)]
        print(f"{count:>5} spaces  {now()[0]:>8} KiB {now()[1]:>5} descriptors")
        assert all(space.call(os.getpid) > 1 for space in made)
        took = time.monotonic() - begun
    after = now()
    print(f"{count} spaces made and asked in {took:.0f} s; {before} KiB and descriptors became {after}")
    return after[1] == before[1]


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    numbers = [int(word) for word in sys.argv[1:]] + [2000, 1000][len(sys.argv) - 1 :]
    sys.exit(0 if all([labs(numbers[0]), spaces(numbers[1])]) else 1)
