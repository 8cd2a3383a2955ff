"""The picture of a topology: nothing overlaps, at 1, 3, 12 and 100 namespaces."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest

from nslab.state.surroundings import Interface, Namespace, World
from nslab.state.topology import Topology
from nslab.view import lanes
from nslab.view.topology import TopologyFigure
from tests.view import measured


def star(count: int, *, differ: bool = False) -> Topology:
    """A host with a bridge and *count* containers; where they *differ*, each has its own interface name."""
    ports = {f"v{n}": Interface(f"v{n}", n + 3, kind="veth", master="br0", link=(2, n)) for n in range(count)}
    bridge = Interface("br0", 2, kind="bridge", addresses=(ip_interface("10.1.0.1/16"),))
    known = {n: f"c{n}" for n in range(count)}
    spaces = {"host": Namespace("host", {"lo": Interface("lo", 1), "br0": bridge, **ports}, known=known)}
    for n in range(count):
        name = f"eth{n}" if differ else "eth0"
        own = tuple(map(ip_interface, (f"10.1.{n // 200}.{n % 200 + 9}/16", f"fd00:1:2:3::{n + 9:x}/64")))
        wire = Interface(
            name, 2, kind="veth", link=(n + 3, 0), addresses=own, carrier=n % 3 > 0 or not differ
        )
        here = {"lo": Interface("lo", 1, up=False), name: wire}
        spaces[f"c{n}"] = Namespace(f"c{n}", here, known={0: "host"})
    return Topology(World(spaces), {name: (name,) for name in spaces})


def mixed() -> Topology:
    """Every kind of wire: within a namespace, across, to a parent, and to a peer out of sight."""
    parent = Interface("eth0", 2, kind="veth", link=(9, 7))
    loop = (Interface("a", 3, kind="veth", link=(4, None)), Interface("b", 4, kind="veth", link=(3, None)))
    child = Interface("mv0", 2, kind="macvlan", mode="private", link=(2, 0), carrier=False)
    deaf = Interface("mv1", 3, kind="macvlan", mode="bridge", link=(2, 5))
    spaces = {
        "host": Namespace("host", {each.name: each for each in (parent, *loop)}, known={1: "web"}),
        "web": Namespace("web", {each.name: each for each in (child, deaf)}, known={0: "host"}),
        "alone": Namespace("alone", {"lo": Interface("lo", 1, up=False)}),
        "empty": Namespace("empty"),
    }
    return Topology(World(spaces), {name: (name,) for name in spaces})


EVERY = {
    "1": star(1),
    "3": star(3),
    "11": star(11, differ=True),
    "20 that differ": star(20, differ=True),
    "100": star(100),
    "mixed": mixed(),
}


@pytest.mark.parametrize("topology", EVERY.values(), ids=EVERY)
def test_no_words_overlap_and_the_page_fits(topology: Topology) -> None:
    drawing = TopologyFigure(topology).draw()
    words = measured.words(drawing)
    assert measured.overlaps(words, words).sum() == len(words)
    wide, high = measured.size(drawing)
    assert wide <= 640
    assert high <= 1000
    assert (words[:, 0] >= 0).all()
    assert (words[:, 1] >= 0).all()
    assert (words[:, 2] <= wide).all()
    assert (words[:, 3] <= high).all()


@pytest.mark.parametrize("topology", EVERY.values(), ids=EVERY)
def test_no_wire_runs_over_words(topology: Topology) -> None:
    drawing = TopologyFigure(topology).draw()
    assert not measured.overlaps(measured.words(drawing), measured.lines(drawing)).any()


@pytest.mark.parametrize("topology", EVERY.values(), ids=EVERY)
def test_no_two_wires_lie_on_each_other(topology: Topology) -> None:
    wires = [wire for wire in lanes.wires(lanes.stands(TopologyFigure(topology)._shown)) if wire.other]
    spans = [(wire.lane, *sorted((wire.one.y, wire.other.y))) for wire in wires if wire.other]
    for at, (lane, low, high) in enumerate(spans):
        others = [(start, end) for where, start, end in spans[at + 1 :] if where == lane]
        assert all(end < low or start > high for start, end in others)


def test_neighbours_stand_on_different_sides() -> None:
    placed = lanes.stands(TopologyFigure(star(11, differ=True))._shown)
    sides = {stand.card.name: stand.side for stand in placed}
    assert sides.pop("host") == lanes.LEFT
    assert set(sides.values()) == {lanes.RIGHT}


def test_every_kind_of_wire_is_told() -> None:
    assert repr(TopologyFigure(mixed())).splitlines() == [
        "host   ▲ eth0                    ══ ?",
        "       ▲ a                       ══ host:b",
        "       ▲ b                       ══ host:a",
        "web    △ mv0         no carrier  ┄┄ macvlan private host:eth0",
        "       ▲ mv1                     ┄┄ macvlan bridge ?",
        "alone  ▼ lo          down",
        "empty  no interface",
    ]


def test_what_is_not_shown_is_said() -> None:
    figure = TopologyFigure(star(20, differ=True))
    assert repr(figure).splitlines()[-1].startswith("… 9 more network namespaces folded away: c11, c12")
    assert "c19" in repr(TopologyFigure(star(20, differ=True), [("c19", "eth19")])).split("folded")[0]


def test_a_lit_path_and_its_end_are_in_text_description_and_picture() -> None:
    path = [("c1", "eth0"), ("host", "v1"), ("host", "br0")]
    figure = TopologyFigure(star(3), path, ("host", "br0", "filtered by rule 2"))
    assert repr(figure).splitlines()[-2:] == [
        "path  c1:eth0 ─▶ host:v1 ─▶ host:br0",
        "✗ host:br0  filtered by rule 2",
    ]
    assert "filtered by rule 2" in figure.description()
    assert figure.svg() != TopologyFigure(star(3)).svg()
    words = measured.words(figure.draw())
    assert measured.overlaps(words, words).sum() == len(words)


def test_a_folded_figure_names_the_first_and_the_last() -> None:
    said = repr(TopologyFigure(star(100)))
    assert "c0 … c99 × 100" in said
    assert "▲ └ v0 … v99 × 100" in said
    assert "10.1.0.9 … 10.1.0.108/16" in said


def test_the_picture_is_the_same_bytes_each_time() -> None:
    assert TopologyFigure(star(3)).svg() == TopologyFigure(star(3)).svg()


def test_tunnels_that_a_kernel_puts_everywhere_are_raw_only() -> None:
    tunnel = Interface("tunl0", 2, up=False, kind="ipip")
    spaces = {"host": Namespace("host", {"lo": Interface("lo", 1), "tunl0": tunnel})}
    topology = Topology(World(spaces), {"host": ("host",)})
    assert "tunl0" not in repr(TopologyFigure(topology))
    assert "tunl0" in repr(TopologyFigure(topology, raw=True))
