"""A packet is followed through captures by what it holds, whatever else was heard."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.state.path import IN, OTHERS, OUT, Probe, follow
from nslab.state.surroundings import Interface, Namespace, World

TOKEN = b"nslab-abcdefgh"
FRAME = bytes.fromhex("be40a29f8b9e6a48344a8ac008004500002a084c400040011e710a01000b0a0900020800291a004d0001")
PING = FRAME + TOKEN
PROBE = Probe("icmp", "web", "10.9.0.2", token=TOKEN)


def veth(name, index, link, **more):
    return {name: Interface(name, index, kind="veth", link=link, **more)}


def star():
    """A bridge of the host with three ports, to web, db and app."""
    ports = veth("v1", 3, (2, 1), master="br0") | veth("v2", 4, (2, 2), master="br0")
    ports |= veth("v3", 5, (2, 3), master="br0") | {"br0": Interface("br0", 2, kind="bridge")}
    known = {1: "web", 2: "db", 3: "app"}
    ends = {name: veth("eth0", 2, (number + 2, 0)) for number, name in known.items()}
    spaces = {name: Namespace(name, end, known={0: "host"}) for name, end in ends.items()}
    return World({"host": Namespace("host", ports, known=known), **spaces})


FLOOD = [
    ("web", (1, "eth0", OUT, PING)),
    ("host", (2, "v1", OTHERS, PING)),
    ("host", (3, "v2", OUT, PING)),
    ("host", (4, "v3", OUT, PING)),
    ("db", (5, "eth0", IN, PING)),
    ("app", (6, "eth0", OTHERS, PING)),
]


def test_copies_that_nobody_wanted_are_left_out():
    journey = follow(PROBE, FLOOD, star())

    assert [(hop.space, hop.interfaces, hop.came, hop.left) for hop in journey.hops] == [
        ("web", ("eth0",), False, True),
        ("host", ("v1", "v2"), True, True),
        ("db", ("eth0",), True, False),
    ]


def test_a_flood_that_nobody_took_is_kept_to_where_it_went():
    journey = follow(PROBE, [each for each in FLOOD if each[0] != "db"], star())

    assert [hop.space for hop in journey.hops] == ["web", "host"]


@given(st.permutations(FLOOD))
@settings(max_examples=30, deadline=None)
def test_the_order_of_hearing_does_not_matter_for_time_does(captured):
    assert follow(PROBE, captured, star()) == follow(PROBE, FLOOD, star())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["web", "host", "db", "elsewhere"]),
            st.tuples(
                st.integers(0, 9),
                st.sampled_from(["eth0", "v1", "v2", "br0", "lo", ""]),
                st.integers(0, 4),
                st.sampled_from([PING, FRAME, b""]) | st.binary(max_size=60),
            ),
        ),
        max_size=12,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_capture_makes_it_fail_and_each_sighting_was_heard(captured):
    journey = follow(PROBE, captured, star())
    heard = {(space, name) for space, (_, name, _, frame) in captured if TOKEN in frame}

    assert {sighting.place for sighting in journey.there} <= heard
    assert [each.when for each in journey.there] == sorted(each.when for each in journey.there)
    assert len(journey.hops) <= len(journey.there)
