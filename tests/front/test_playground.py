"""The playground's controls do what they say, model first, kernel after, and undo what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab.front.playground import Playground

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def playground() -> Iterator[Playground]:
    made = Playground(3)
    yield made
    made._lab.close()


def press(playground: Playground, name: str) -> None:
    buttons = playground.children[2].children[2].children
    next(button for button in buttons if getattr(button, "description", "") == name).click()


def test_it_starts_with_one_shared_mount_in_each_namespace(playground: Playground) -> None:
    assert repr(playground) == (
        "path  what       host      web       db\n"
        "/mnt  M (tmpfs)  shared A  shared A  shared A\n"
        "peer groups\n"
        "A  host:/mnt  web:/mnt  db:/mnt"
    )


def test_a_control_changes_a_type_and_a_button_mounts(playground: Playground) -> None:
    playground._types.children[1].value = "slave"
    press(playground, "Mount")
    assert "host# mount -t tmpfs new /mnt/a" in playground._said.value
    assert "web:/mnt/a copied: its parent is a slave" in playground._said.value
    assert "The model foresees" in playground._foreseen.value
    assert "The kernel did" in playground._seen.value
    assert "└─ a  new (tmpfs)  shared B  slave of B  shared B" in playground.text()


def test_undo_replays_all_but_the_last_and_sets_the_controls_back(playground: Playground) -> None:
    playground._types.children[1].value = "slave"
    before = playground.text()
    playground._types.children[1].value = "private"
    press(playground, "Undo")
    assert playground.text() == before
    assert playground._types.children[1].value == "slave"
    press(playground, "Undo")
    press(playground, "Undo")
    assert playground._types.children[1].value == "shared"


def test_a_refusal_shows_the_kernels_words_and_the_rule(playground: Playground) -> None:
    press(playground, "Unmount")
    assert "umount: /mnt/a: not mounted" in playground._said.value
    assert "EINVAL: /mnt/a is not a mount point" in playground._said.value


def test_another_number_of_namespaces_is_a_fresh_start(playground: Playground) -> None:
    press(playground, "Mount")
    playground._count.value = 4
    assert playground.text().splitlines()[0].split() == ["path", "what", "host", "web", "db", "app"]
    assert "new" not in playground.text()


def test_where_nothing_runs_it_is_a_picture_with_words(playground: Playground) -> None:
    bundle = playground._repr_mimebundle_()
    assert bundle["text/plain"] == playground.text()
    assert 'alt="Mount table of' in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
