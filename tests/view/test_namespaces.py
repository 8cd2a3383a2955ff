"""The matrix and the tree of namespaces: words stand apart, letters have the colours of their places."""

from __future__ import annotations

import pytest

from nslab.state.namespaces import KINDS, Namespaces
from nslab.view.namespaces import NamespacesFigure, letter_place
from nslab.view.ownership import OwnershipFigure
from tests.view import measured


def made(spaces: int) -> Namespaces:
    """A lab in which every other space has namespaces of its own; user namespaces lie in one another."""
    processes = []
    about = {}
    for space in range(spaces):
        own = {
            kind: 100 * (space // 2 if kind != "uts" else space) + n for n, kind in enumerate(KINDS, start=1)
        }
        processes.append((space + 2, f"nslab s{space}", own))
        for kind, number in own.items():
            owner = own["user"] if kind != "user" else max(0, number - 100)
            about[number] = (kind, owner, 0)
    about[9999] = ("net", 6, 0)
    holds = [("net", 9999, "mount /run/netns/a-rather-long-name as 2 sees it")]
    return Namespaces.read(processes, holds, about, {f"space{n}": n + 2 for n in range(spaces)})


def test_a_letter_has_a_place() -> None:
    assert [letter_place(letter) for letter in ("a", "B", "Z", "AA", "AB")] == [0, 1, 25, 26, 27]


@pytest.mark.parametrize("spaces", [1, 3, 12, 40])
@pytest.mark.parametrize("figure", [NamespacesFigure, OwnershipFigure])
def test_words_stand_apart_and_inside(figure: type, spaces: int) -> None:
    measured.check(figure(made(spaces)).draw())


def test_both_are_described_in_a_sentence() -> None:
    found = made(3)
    assert (
        NamespacesFigure(found)
        .description()
        .startswith("Namespaces of 3 spaces; space1 shares mnt, pid, net")
    )
    assert OwnershipFigure(found).description() == (
        "18 namespaces below 2 user namespaces that own them; without a process: net C"
    )


def test_the_picture_is_the_same_bytes_each_time() -> None:
    assert OwnershipFigure(made(3)).svg() == OwnershipFigure(made(3)).svg()
