"""What reading and drawing mounts costs, side by side with what people would use instead.

Run it: ./course python tests/bench/bench_mounts.py
Each line holds two medians, measured in turns, and their ratio, or one median and its aim.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from nslab import Lab
from nslab.state.letters import Letters
from nslab.state.mounts import Mounts
from nslab.view.mounts import MountsFigure

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15
MOUNTS = 10_000


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(*works: Callable[[], object]) -> list[float]:
    """Return the median time of each of *works*, done in turns, the first turn not counted."""
    turns = [[seconds(work) for work in works] for _ in range(ROUNDS + 1)][1:]
    return [median(times) for times in zip(*turns, strict=True)]


def side_by_side(what: str, ours: Callable[[], object], theirs: Callable[[], object], *, aim: str) -> None:
    """Print the medians of *ours* and *theirs* and their ratio."""
    mine, others = measure(ours, theirs)
    print(f"{what:<58} {mine * 1e3:8.2f} ms  {others * 1e3:8.2f} ms  ratio {mine / others:5.2f}   aim: {aim}")


def alone(what: str, work: Callable[[], object], *, aim: str) -> None:
    """Print the median of *work*."""
    print(f"{what:<58} {measure(work)[0] * 1e3:8.2f} ms   aim: {aim}")


def fill(directory: str, count: int) -> None:
    """Mount *count* file systems in directories of *directory*, a hundred in each."""
    from nslab.linux import mount

    mount.mount("bench", directory, "tmpfs")
    os.mkdir(f"{directory}/source")
    for number in range(count):
        target = f"{directory}/{number // 100}/{number % 100}"
        os.makedirs(target)
        mount.mount(f"{directory}/source", target, None, mount.MS_BIND)


def read(path: str) -> bytes:
    """Return what the file at *path* holds."""
    return Path(path).read_bytes()


def reading(lab: Lab) -> None:
    """Compare reading a large table with findmnt(8), on the same table as a file."""
    lab.host.call(fill, "/mnt", MOUNTS)
    with tempfile.NamedTemporaryFile() as file:
        file.write(lab.host.run("cat /proc/self/mountinfo").output.encode())
        file.flush()
        findmnt = ["findmnt", "--json", "--tab-file", file.name]
        side_by_side(
            f"{MOUNTS:,} mounts into state | findmnt --json",
            lambda: Mounts.read({"host": read(file.name)}),
            lambda: subprocess.run(findmnt, stdout=subprocess.DEVNULL, check=True),
            aim="below 1",
        )
    alone(f"{MOUNTS:,} mounts, kernel to state with unique ids", lambda: lab.mounts("/none"), aim="none set")
    alone(f"{MOUNTS:,} mounts, state to folded text", lambda: lab.mounts("/mnt").text(), aim="none set")


def table(mounts: int) -> bytes:
    """Return a table of a root and mounts in it, a quarter of each propagation type."""
    tags = ("shared:{0}", "master:{0}", "shared:{0} master:900", "unbindable")
    lines = ["1 0 0:1 / /mnt rw shared:900 - tmpfs data rw"]
    for number in range(2, mounts + 1):
        tag = tags[number % 4].format(number)
        lines.append(f"{number} 1 0:{number} / /mnt/service-{number} rw {tag} - tmpfs volume-{number} rw")
    return "".join(f"{line}\n" for line in lines).encode()


def drawing(what: str, rows: int, namespaces: int) -> None:
    """Measure picture and text twin of as many rows in each of as many namespaces."""
    mounts = Mounts.read({f"space{place}": table(rows) for place in range(namespaces)})
    names = Letters().names(mounts)
    alone(f"{what}: picture with its SVG", lambda: MountsFigure(mounts, names).svg(), aim="below 150 ms")
    alone(f"{what}: text twin", lambda: MountsFigure(mounts, names).text(), aim="below 5 ms")


def main() -> None:
    """Print all measurements."""
    with Lab(quiet=True) as lab:
        reading(lab)
    drawing("40 mounts in 6 namespaces, all told", 7, 6)
    drawing("40 mounts in each of 6 namespaces", 40, 6)


if __name__ == "__main__":
    main()
