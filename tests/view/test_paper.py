"""What is drawn can be read: every ink stands out from what it is written on (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import pytest

from nslab.view import paper

TEXT = 4.5


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, from 0 for black to 1 for white."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_guideline_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("ink", "tint"), paper.TINTS)
def test_a_group_can_be_read_on_its_tint_and_on_paper(ink: str, tint: str) -> None:
    assert contrast(ink, tint) >= TEXT
    assert contrast(ink, paper.PAPER) >= TEXT


@pytest.mark.parametrize("tint", [paper.PAPER, *(tint for _, tint in paper.TINTS)])
def test_plain_words_can_be_read_everywhere(tint: str) -> None:
    assert contrast(paper.INK, tint) >= TEXT


@pytest.mark.parametrize("ink", [paper.FAINT, paper.NEW])
def test_notes_and_marks_can_be_read_on_paper(ink: str) -> None:
    assert contrast(ink, paper.PAPER) >= TEXT
