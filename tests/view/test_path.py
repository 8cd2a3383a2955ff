"""The picture of a packet's path: from fixtures, no words on words, the same twice, quickly drawn."""

from __future__ import annotations

from ipaddress import ip_interface

import numpy
import pytest

from nslab.state.packets import Packet
from nslab.state.path import IN, OUT, Journey, Probe, Sighting
from nslab.state.reason import Reason
from nslab.state.surroundings import Interface, Namespace, World
from nslab.view.path import PathFigure
from tests.view.measured import boxes, inside, overlaps, size, words


def interface(name, index, *addresses, **more):
    return Interface(name, index, addresses=tuple(ip_interface(each) for each in addresses), **more)


def world(ports=1):
    veth = {"kind": "veth"}
    wires = [interface(f"v{n}", n + 2, **veth, master="br0", link=(2, n)) for n in range(1, ports + 1)]
    host = [
        interface("lo", 1, "127.0.0.1/8"),
        interface("br0", 2, "10.1.0.1/24", kind="bridge"),
        *wires,
        interface("eth0", 99, "10.9.0.1/24", **veth, link=(2, 0)),
    ]
    known = {0: "outside", 1: "web", **{n: f"c{n}" for n in range(2, ports + 1)}}
    ends = {
        "web": interface("eth0", 2, "10.1.0.11/24", **veth, link=(3, 0)),
        "outside": interface("eth0", 2, "10.9.0.2/24", **veth, link=(99, 0)),
    }
    spaces = {"host": Namespace("host", {each.name: each for each in host}, known=known)}
    spaces |= {name: Namespace(name, {"eth0": end}, known={0: "host"}) for name, end in ends.items()}
    return World(spaces)


THERE = Packet("icmp", version=4, source="10.1.0.11", target="10.9.0.2", ttl=64, what="request")
LATER = Packet("icmp", version=4, source="10.9.0.1", target="10.9.0.2", ttl=63, what="request")
STEPS = [
    ("web", "eth0", OUT, THERE),
    ("host", "v1", IN, THERE),
    ("host", "br0", IN, THERE),
    ("host", "eth0", OUT, LATER),
    ("outside", "eth0", IN, LATER),
]
BACK = [(space, name, OUT if way == IN else IN, LATER) for space, name, way, _ in reversed(STEPS)]
TWICE = Packet("icmp", version=4, source="10.9.0.1", target="10.9.0.3", ttl=63, what="request")
REWRITTEN = [(*step[:3], TWICE if step[3] is LATER else step[3]) for step in STEPS]
REASON = Reason("no way back", "outside", "", "it arrived, " * 20, "routes of outside: 10.9.0.0/24")


def journey(there=5, back=5, errno=0, steps=STEPS):
    probe = Probe("icmp", "web", "10.9.0.2", errno=errno)
    seen = [Sighting(number, *step) for number, step in enumerate(steps[:there])]
    answer = [Sighting(10 + number, *step) for number, step in enumerate(BACK[:back])]
    return Journey(probe, tuple(seen), tuple(answer))


FIGURES = {
    "there and back": PathFigure(journey(), world(), None),
    "no way back": PathFigure(journey(back=0, errno=110), world(), REASON),
    "never left": PathFigure(journey(0, 0, 101), world(), Reason("lo down", "web", "eth0", "lo is down")),
    "many ports": PathFigure(journey(), world(100), None),
    "rewritten twice": PathFigure(journey(steps=REWRITTEN), world(), None),
    "bridge at fault": PathFigure(journey(2, 0, 110), world(9), Reason("bridge down", "host", "br0", "down")),
}


def test_the_text_names_each_hop_each_change_and_the_place_where_it_stopped():
    assert FIGURES["no way back"].text().splitlines()[:5] == [
        "web: no answer from 10.9.0.2: no way back at outside",
        "there  web        eth0 →",
        "       host     → v1 → br0 → eth0 →  ttl 64 → 63, source 10.1.0.11 → 10.9.0.1",
        "       outside  → eth0               ✗ stops here",
        "why    " + REASON.says,
    ]


@pytest.mark.parametrize("name", FIGURES)
def test_no_words_lie_on_words_and_all_are_on_the_page(name):
    drawing = FIGURES[name].draw()
    found = words(drawing)
    wide, high = size(drawing)

    assert int(numpy.triu(overlaps(found, found), 1).sum()) == 0
    assert (found[:, :2] >= 0).all()
    assert (found[:, 2] <= wide).all()
    assert (found[:, 3] <= high).all()
    assert wide <= 680


def test_every_change_stands_on_the_card_that_made_it():
    host = FIGURES["rewritten twice"].text().splitlines()[2]
    once, twice = (len(words(FIGURES[name].draw())) for name in ("there and back", "rewritten twice"))
    assert host.endswith("ttl 64 → 63, source 10.1.0.11 → 10.9.0.1, target 10.9.0.2 → 10.9.0.3")
    assert twice > once


@pytest.mark.parametrize("name", FIGURES)
def test_boxes_lie_within_each_other_or_apart(name):
    found = boxes(FIGURES[name].draw())
    crossing = overlaps(found, found) & ~inside(found, found) & ~inside(found, found).T

    assert int(numpy.triu(crossing, 1).sum()) == 0


def test_the_picture_is_the_same_twice_and_says_who_can_not_see_it():
    figure = FIGURES["there and back"]

    assert figure.svg() == figure.svg()
    assert figure.description() == (
        "web: 10.9.0.2 answers. Way there: web by eth0, host by v1 and br0 and eth0, outside by eth0."
    )
