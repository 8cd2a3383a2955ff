"""The outlines of an SVG picture in fewer letters: relative, and as fine as anybody sees."""

from __future__ import annotations

import re

_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_PAIRS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}


def slim(outline: str) -> str:
    """Return the same outline, the value of a ``d`` attribute, with relative steps in tenths of a unit.

    It may have the steps M, L, Q, C and z, with absolute places. Places are rounded
    before they are subtracted, so that no error adds up. Raises KeyError for another step.
    Source: SVG 1.1, 8.3, "Path data".

    >>> slim("M 1.04 2 L 1.5 2 L 3 -2 Q 4 5 6 7 z M 0 0")
    'm1 2h.5l1.5-4q1 7 3 9zm-1-2'
    """
    written: list[str] = []
    at = start = (0, 0)
    before = ""
    for letter, numbers in _STEP.findall(outline):
        step = letter.upper()
        places = [round(float(number) * 10) for number in numbers.split()]
        size = 2 * _PAIRS[step]
        if not size:
            written.append("z")
            at, before = start, "z"
        for first in range(0, len(places), size or 1):
            word, steps = _relative(step, places[first : first + size], at)
            written.append(_spelled(word, steps, before))
            at, before = (places[first + size - 2], places[first + size - 1]), word
            start = at if step == "M" else start
    return "".join(written)


def _relative(step: str, places: list[int], at: tuple[int, int]) -> tuple[str, list[int]]:
    """Return the relative step and its numbers: a line that is level or upright takes one."""
    steps = [place - at[number % 2] for number, place in enumerate(places)]
    if step == "L" and 0 in steps:
        return ("v", steps[1:]) if not steps[0] else ("h", steps[:1])
    return step.lower(), steps


def _spelled(word: str, steps: list[int], before: str) -> str:
    """Return a step in letters; its name is left out behind one that is understood to go on with it."""
    goes_on = word == before != "m" or (word, before) == ("l", "m")
    written = "" if goes_on else word
    dotted = False
    for number, step in enumerate(steps):
        text = _tenths(step)
        apart = text[0] == "-" or (text[0] == "." and dotted) or (not number and written)
        written += text if apart else f" {text}"
        dotted = "." in text
    return written


def _tenths(number: int) -> str:
    whole, rest = divmod(abs(number), 10)
    digits = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{digits}" if number < 0 else digits
