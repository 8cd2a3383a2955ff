"""The fault drill: each fault breaks the network, its mending passes, wrong ways are told apart."""

from __future__ import annotations

import pytest

from nslab.state import drills

SEEDS = {}
for _seed in range(200):
    SEEDS.setdefault(drills.choose(_seed).word, _seed)


def mended(lab, fault):
    done = lab.spaces[fault.space].run(fault.mends)
    assert done.output == ""


def test_chance_reaches_every_fault_and_every_victim():
    assert set(SEEDS) == set(drills.WORDS)
    assert {drills.choose(seed).space for seed in range(200)} == {"host", "web", "db"}


@pytest.mark.parametrize("word", drills.WORDS)
def test_a_fault_is_named_mended_and_checked(lab, word):
    drill = lab.drill(SEEDS[word])
    fault = drills.choose(SEEDS[word])
    other = drills.WORDS[drills.WORDS.index(word) - 1]
    wrong_place = next(name for name in lab.spaces if name not in fault.places)

    untouched = drill.check()
    kept = lab.spaces[fault.space if word == "lo down" else "web"].ping("127.0.0.1").reason
    wrong = drill.answer(fault.places[0], other)
    displaced = drill.answer(wrong_place, word)
    named = drill.answer(fault.places[0], word)
    unmended = drill.check()
    mended(lab, fault)

    assert repr(untouched) == "not yet: name the fault first, with drill.answer(space, fault)"
    assert repr(wrong).startswith(f"not yet: it is not {other}; a packet from ")
    assert repr(displaced).startswith(f"not yet: {word} is right, but not at {wrong_place}; a packet from ")
    assert repr(named) == f"done: {word} at {fault.places[0]}; now mend it"
    assert not unmended.ok
    assert (kept is not None and kept.kind == "untold") is (word == "lo down")
    assert repr(drill.check()) == "done: every packet gets its answer again, and outside is as it was"


def test_what_is_not_met_yet_is_said_as_it_was_seen(lab):
    drill = lab.drill(SEEDS["no NAT"])
    drill.answer("host", "no NAT")

    assert repr(drill.check()) == "not yet: web gets no answer from 10.9.0.2"
    lab.spaces["outside"].run("ip route add 10.1.0.0/24 via 10.9.0.1")
    assert repr(drill.check()) == "not yet: outside is not yours to change, and has a route to 10.1.0.0/24"


def test_a_mask_that_only_happens_to_work_is_not_enough(lab):
    drill = lab.drill(SEEDS["wrong mask"])
    victim = drills.choose(SEEDS["wrong mask"]).space
    drill.answer(victim, "wrong mask")
    lab.spaces[victim].run("ip route add 10.9.0.0/24 via 10.1.0.1")
    address = drills.CONTAINERS[victim]

    assert repr(drill.check()) == f"not yet: {victim}:eth0 has {address}/8; it should have {address}/24"


@pytest.mark.parametrize(("space", "fault"), [("web", "magic"), ("nowhere", "no NAT")])
def test_an_answer_in_other_words_is_refused_with_the_words(lab, space, fault):
    drill = lab.drill(1)

    with pytest.raises(ValueError, match=r"there is no (fault 'magic'|space 'nowhere'); take one of "):
        drill.answer(space, fault)


def test_the_task_names_every_fault_and_the_solution_the_command(lab):
    drill = lab.drill(SEEDS["lo down"])

    assert all(word in repr(drill) for word in drills.WORDS)
    assert drill.solution().endswith("# ip link set lo up")
