"""The attributes that make a process a container, or not: compared with another process's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nslab.state.namespaces import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nslab.state.namespaces import Namespaces

WHAT = {
    "mnt": "mount points",
    "pid": "process ids",
    "net": "network",
    "uts": "host name",
    "ipc": "message queues",
    "user": "users and ids",
    "cgroup": "root of the cgroup tree",
    "time": "clocks since boot",
}
"""What has its own names in a namespace of each type, in a few words."""

TOLD = ("capabilities",)
"""Privileges that are the same on every machine for a lab's host, and so are told even when shared."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a process: ``group`` says what for, ``own`` whether it differs from the host's."""

    group: str
    name: str
    value: str
    own: bool


def compare(
    space: str, first: str, told: Mapping[str, Mapping[str, Any]], namespaces: Namespaces
) -> tuple[Attribute, ...]:
    """Return the attributes of *space*, each compared with those of *first*.

    *told* is what :func:`nslab.linux.attributes.read` gives for both. Introduced in chapter 1.
    """
    return (*_hidden(space, first, told, namespaces), *_given(told[space], told[first]))


def _hidden(
    space: str, first: str, told: Mapping[str, Mapping[str, Any]], namespaces: Namespaces
) -> Iterator[Attribute]:
    mine, its = namespaces.of[space], namespaces.of[first]
    for kind in KINDS:
        if kind in mine:
            own = mine[kind] != its.get(kind)
            yield Attribute("hidden", WHAT[kind], f"{kind} {namespaces.letters[mine[kind]]}", own)
    own = told[space]["root"] != told[first]["root"]
    yield Attribute("hidden", "root directory", "its own" if own else "the host's", own)


def _given(mine: Mapping[str, Any], its: Mapping[str, Any]) -> Iterator[Attribute]:
    for name, words in (
        ("capabilities", _capabilities),
        ("no_new_privs", lambda told: "set" if told["no_new_privs"] else "not set"),
        ("system calls", lambda told: "filtered" if told["seccomp"] else "all"),
    ):
        own = words(mine) != words(its)
        yield Attribute("privileges", name, words(mine) if own or name in TOLD else "as the host's", own)
    yield Attribute("limits", "cgroup", ", ".join(mine["cgroups"]), mine["cgroups"] != its["cgroups"])
    for name, limit in mine["limits"].items():
        same = limit == its["limits"][name]
        yield Attribute("limits", name, "as the host's" if same else f"at most {limit}", not same)


def _capabilities(told: Mapping[str, Any]) -> str:
    """Return how many capabilities a process has, in words.

    >>> _capabilities({"capabilities": 0b101, "known": 0b111})
    '2 of 3'
    """
    count = int(told["capabilities"]).bit_count()
    of = int(told["known"]).bit_count()
    return "all" if count == of else "none" if not count else f"{count} of {of}"
