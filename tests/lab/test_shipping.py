"""Functions travel by name or as code; what can't travel is named."""

from __future__ import annotations

import os
import threading

import pytest

from nslab.lab import plain, shipping

FACTOR = 3
LOCK = threading.Lock()


def scaled(number: int, *, by: int = 2) -> int:
    return number * by * FACTOR


def countdown(number: int) -> list[int]:
    return [number, *countdown(number - 1)] if number else []


def arrived(function: object) -> object:
    return shipping.unpack(plain.decode(plain.encode(shipping.pack(function))))  # type: ignore[arg-type]


def test_a_function_brings_its_globals_and_defaults() -> None:
    assert arrived(scaled)(5) == 30  # type: ignore[operator]
    assert arrived(scaled)(5, by=1) == 15  # type: ignore[operator]


def test_a_closure_and_a_recursive_function_work() -> None:
    offset = 10
    assert arrived(lambda number: scaled(number) + offset)(1) == 16  # type: ignore[operator]
    assert arrived(countdown)(3) == [3, 2, 1]  # type: ignore[operator]


def test_the_standard_library_goes_by_name() -> None:
    assert shipping.pack(os.path.join)[0] == "name"
    assert arrived(os.getpid) is os.getpid


def test_what_cannot_travel_is_named() -> None:
    with pytest.raises(TypeError, match="'LOCK' is a lock and cannot travel"):
        shipping.pack(lambda: LOCK.acquire())
