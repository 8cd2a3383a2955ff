"""What a lab costs, side by side with what people would use instead.

Run it: ./course python tests/bench/bench_lab.py
Each line holds two medians, measured in turns, and their ratio.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from nslab import Lab

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 40
UNSHARE = [
    "unshare",
    "--mount",
    "--uts",
    "--ipc",
    "--net",
    "--pid",
    "--fork",
    "--cgroup",
    "--time",
    "--mount-proc",
    "true",
]
USER = ["unshare", "--user", "--map-root-user"]
TYPES = ("mnt", "uts", "ipc", "net", "pid", "cgroup", "time")


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(
    what: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    aim: str,
    after: Callable[[], object] = bool,
) -> None:
    """Print the medians of *ours* and *theirs*, measured in turns; *after* tidies up untimed."""
    taken: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        mine = seconds(ours)
        after()
        taken.append((mine, seconds(theirs)))
    mine, others = median(pair[0] for pair in taken), median(pair[1] for pair in taken)
    print(f"{what:<48} {mine * 1e3:8.3f} ms  {others * 1e3:8.3f} ms  ratio {mine / others:6.2f}   aim: {aim}")


def command(*words: str) -> Callable[[], object]:
    """Return work that runs a command and waits for it."""
    return lambda: subprocess.run(words, check=True)


def first_result() -> Lab:
    """Make a lab and ask it something; return it."""
    lab = Lab(quiet=True)
    lab.host.call(len, "x")
    return lab


def main() -> None:
    """Print all comparisons."""
    labs: list[Lab] = []

    def close_all() -> None:
        while labs:
            labs.pop().close()

    bare = [sys.executable, "-I", "-S", "-c", "pass"]
    compare(
        "lab to first result | bare python",
        lambda: labs.append(first_result()),
        command(*bare),
        aim="1.5 x + 20 ms",
        after=close_all,
    )
    with Lab(quiet=True) as lab:
        host = lab.host
        made = []
        privileged = (
            []
            if subprocess.run(
                ["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False
            ).returncode
            == 0
            else USER
        )
        compare(
            "space, all namespaces | unshare ... true",
            lambda: made.append(host.unshare(*TYPES, propagation="private", mount_proc=True)),
            command(*privileged, *UNSHARE),
            aim="1",
            after=lambda: made.pop().kill(),
        )
        compare("run /bin/true | subprocess", lambda: host.run("/bin/true"), command("/bin/true"), aim="1.5")
        compare(
            "run a shell line | subprocess, shell",
            lambda: host.run("true; true"),
            command("/bin/sh", "-c", "true; true"),
            aim="1.5",
        )
        compare(
            "1,000 calls of a no-op | 1 subprocess /bin/true",
            lambda: [host.call(bool) for _ in range(1000)],
            command("/bin/true"),
            aim="below 50 ms",
        )
    compare(
        "import nslab and Lab | bare python",
        command(sys.executable, "-c", "from nslab import Lab"),
        command(*bare),
        aim="below 150 ms",
    )


if __name__ == "__main__":
    main()
