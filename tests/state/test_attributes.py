"""Attributes of two processes compared, from plain data."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.state.attributes import Attribute, compare
from nslab.state.namespaces import KINDS, Namespaces

ALL = (1 << 41) - 1
PLAIN: dict[str, Any] = {
    "root": [1, 2],
    "uid": 0,
    "capabilities": ALL,
    "known": ALL,
    "no_new_privs": False,
    "seccomp": 0,
    "cgroups": ["/"],
    "limits": {"open files": 1024},
}


def told(namespaces: Namespaces, **changed: Any) -> dict[str, Attribute]:
    both = {"host": PLAIN, "box": {**PLAIN, **changed}}
    return {one.name: one for one in compare("box", "host", both, namespaces)}


@pytest.fixture(name="same")
def the_same_namespaces() -> Namespaces:
    return of({})


def of(changed: dict[str, int]) -> Namespaces:
    host = {kind: number for number, kind in enumerate(KINDS, start=1)}
    box = host | changed
    about = {number: (kind, 0, 0) for own in (host, box) for kind, number in own.items()}
    return Namespaces.read([(1, "a", host), (2, "b", box)], [], about, {"host": 1, "box": 2})


def test_two_equal_processes_share_everything(same: Namespaces) -> None:
    assert [one.name for one in told(same).values() if one.own] == []


@pytest.mark.parametrize(
    ("changed", "name", "value"),
    [
        ({"root": [1, 3]}, "root directory", "its own"),
        ({"capabilities": 0b11}, "capabilities", "2 of 41 in user a"),
        ({"capabilities": 0}, "capabilities", "none in user a"),
        ({"no_new_privs": True}, "no_new_privs", "set"),
        ({"seccomp": 2}, "system calls", "filtered"),
        ({"cgroups": ["/web"]}, "cgroup", "/web"),
        ({"limits": {"open files": 64}}, "open files", "at most 64"),
    ],
)
def test_the_one_that_differs_is_its_own(
    same: Namespaces, changed: dict[str, Any], name: str, value: str
) -> None:
    attributes = told(same, **changed)
    assert [one.name for one in attributes.values() if one.own] == [name]
    assert attributes[name].value == value


def test_what_the_machine_decides_is_told_only_where_it_differs(same: Namespaces) -> None:
    assert {told(same)[name].value for name in ("no_new_privs", "system calls", "open files")} == {
        "as the host's"
    }


def test_the_same_capabilities_in_another_user_namespace_are_others() -> None:
    attributes = told(of({"user": 99}))
    assert [one.name for one in attributes.values() if one.own] == ["users and ids", "capabilities"]
    assert attributes["capabilities"].value == "all in user B"
