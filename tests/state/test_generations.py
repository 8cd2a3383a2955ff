"""Without unique ids, a mount is told from a later one with the same id by how often that id has gone."""

from __future__ import annotations

from nslab.state.generations import Generations


def line(number: int, device: str = "0:5", root: str = "/", fstype: str = "tmpfs", tags: str = "") -> bytes:
    return f"{number} 1 {device} {root} /mnt rw{tags} - {fstype} x rw\n".encode()


def test_an_identity_lasts_while_the_mount_does() -> None:
    generations = Generations()
    first = generations.identities({"host": line(36) + line(37)})
    again = generations.identities({"host": line(36, tags=" shared:1") + line(37)})
    assert first == again
    assert len(set(first.values())) == 2


def test_an_id_that_was_away_stands_for_another_mount() -> None:
    generations = Generations()
    first = generations.identities({"host": line(36)})
    generations.identities({"host": b""})
    assert generations.identities({"host": line(36)})[36] != first[36]


def test_an_id_that_was_used_again_at_once_is_told_by_what_it_shows() -> None:
    generations = Generations()
    first = generations.identities({"host": line(36)})[36]
    other_device = generations.identities({"host": line(36, device="0:6")})[36]
    other_root = generations.identities({"host": line(36, device="0:6", root="/srv")})[36]
    other_type = generations.identities({"host": line(36, device="0:6", root="/srv", fstype="proc")})[36]
    assert len({first, other_device, other_root, other_type}) == 4


def test_identities_of_different_ids_never_meet() -> None:
    generations = Generations()
    seen: set[int] = set()
    for turn in range(20):
        now = set(
            generations.identities(
                {"a": line(1, device=f"0:{turn}"), "b": line(2, device=f"0:{turn}")}
            ).values()
        )
        assert not seen & now
        seen |= now
    assert len(seen) == 40


def test_every_space_is_counted() -> None:
    assert set(Generations().identities({"host": line(36), "web": line(40) + line(41)})) == {36, 40, 41}
