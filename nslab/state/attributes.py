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


PRIVILEGES = {
    "no_new_privs": ("no_new_privs", ("not set", "set")),
    "system calls": ("seccomp", ("all", "filtered")),
}
"""Privileges besides capabilities: what is read, and the words for zero and for anything else."""


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
    holders = (_user(space, namespaces), _user(first, namespaces))
    return (*_hidden(space, first, told, namespaces), *_given(told[space], told[first], holders))


def _user(space: str, namespaces: Namespaces) -> str:
    mine = namespaces.of[space].get("user")
    return f" in user {namespaces.letters[mine]}" if mine is not None else ""


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


def _given(mine: Mapping[str, Any], its: Mapping[str, Any], holders: tuple[str, str]) -> Iterator[Attribute]:
    capabilities, theirs = (
        _capabilities(told) + user for told, user in zip((mine, its), holders, strict=True)
    )
    yield Attribute("privileges", "capabilities", capabilities, capabilities != theirs)
    for name, (key, words) in PRIVILEGES.items():
        own = bool(mine[key]) != bool(its[key])
        yield Attribute("privileges", name, words[bool(mine[key])] if own else "as the host's", own)
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
