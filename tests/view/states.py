"""Mount tables to draw, made of text alone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from nslab.state.letters import Letters
from nslab.state.mounts import Mounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    Made = tuple[int, int, str, str]

WORDS = (
    "a",
    "b",
    "data",
    "srv",
    "var",
    "log",
    "cache",
    "run",
    "lib",
    "overlay2",
    "containers",
    "mnt$x",
    "it's <&>",
)
LONG = ("a-directory-with-a-rather-long-name", "3f1c9a7e5b2d4c6f8091a2b3c4d5e6f7", "kubernetes.io~projected")


def read(**spaces: str) -> Mounts:
    """Read each space's lines of ``id parent point source tags ...``; a ``[root]`` may follow the source."""
    return Mounts.read({space: table(lines) for space, lines in spaces.items()})


def table(lines: str) -> bytes:
    """Return mountinfo from such lines; each source is a tmpfs of its own."""
    rows = []
    for line in lines.strip().splitlines():
        number, parent, point, what, *tags = line.split()
        source, _, root = what.rstrip("]").partition("[")
        device = sum(map(ord, source)) % 997
        options = " ".join(["rw", *tags])
        rows.append(f"{number} {parent} 0:{device} {root or '/'} {point} {options} - tmpfs {source} rw\n")
    return "".join(rows).encode()


def random_mounts(seed: int, namespaces: int, mounts: int, words: Sequence[str] = WORDS + LONG) -> Mounts:
    """Return as many mounts in each of as many namespaces, with stacks and chains of peer groups."""
    chance = random.Random(seed)
    masters = {group: chance.randrange(group) for group in range(1, 2 + chance.randrange(8))}
    tree = _tree(chance, mounts, words)
    tables = {}
    for place in range(namespaces):
        name = "host" if place == 0 else chance.choice(("web", "db", "a-long-name")) + str(place)
        kept = [one for one in tree if one[0] == 1 or chance.random() < 0.9]
        there = {one[0] for one in kept}
        lines = [
            f"{number} {parent} {point} {source}{_tags(chance, masters)}"
            for number, parent, point, source in kept
            if parent in there or number == 1
        ]
        tables[name] = table(_with_parents("\n".join(lines)))
    return Mounts.read(tables)


def new_ones(seed: int, mounts: Mounts) -> frozenset[int]:
    """Return the identities of some mounts, to be marked."""
    chance = random.Random(seed)
    return frozenset(mount.identity for mount in mounts.everything() if chance.random() < 0.3)


def names(mounts: Mounts) -> dict[int, str]:
    """Return the letters of a lab that shows *mounts* as its first."""
    return Letters().names(mounts)


def _tree(chance: random.Random, mounts: int, words: Sequence[str]) -> list[Made]:
    made: list[Made] = [(1, 0, "/t", "root")]
    used = {"/t"}
    while len(made) < mounts:
        parent, _, above, _ = chance.choice(made[-12:])
        point = f"{above}/{chance.choice(words).replace(' ', chr(92) + '040')}"
        if chance.random() < 0.1 and not any(one[1] == parent for one in made):
            point = above
        elif point in used:
            continue
        used.add(point)
        made.append((len(made) + 1, parent, point, chance.choice(words).split()[0]))
    return made


def _tags(chance: random.Random, masters: dict[int, int]) -> str:
    group = chance.choice(list(masters))
    slave = f" master:{masters[group]}" if masters[group] else ""
    if slave and chance.random() < 0.1:
        slave += f" propagate_from:{min(masters)}"
    return chance.choice(
        ("", " unbindable", f" shared:{group}{slave}", f" shared:{group}{slave}", f" master:{group}")
    )


def _with_parents(lines: str) -> str:
    """Drop lines whose parent was dropped, as often as it takes."""
    rows = [line.split() for line in lines.splitlines()]
    while lost := [row for row in rows if row[0] != "1" and row[1] not in {other[0] for other in rows}]:
        rows = [row for row in rows if row not in lost]
    return "\n".join(" ".join(row) for row in rows)
