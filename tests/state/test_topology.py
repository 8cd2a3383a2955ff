"""What the kernel said of links becomes interfaces that are joined."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.state.topology import Topology


def link(index: int, name: str, kind: str = "", **more: Any) -> dict[str, Any]:
    said = {"index": index, "name": name, "kind": kind, "flags": 0x10001, "mac": "", "mtu": 1500}
    return {**said, "link": 0, "netnsid": -1, "master": 0, "mode": "", **more}


def namespace(members: list[int], links: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    said = {
        "members": members,
        "links": links,
        "addresses": [],
        "numbers": {},
        "fdb": [],
        "routes": [],
        "silent": [],
    }
    return {**said, "forwards": [], **more}


SAID = [
    namespace(
        [0, 2],
        [
            link(2, "br0", "bridge"),
            link(3, "v1", "veth", link=3, netnsid=4, master=2),
            link(5, "gone", "veth", link=9, netnsid=8),
        ],
        numbers={4: 1},
        fdb=[{"port": 3, "mac": "02:00:00:00:00:02"}],
        addresses=[{"index": 2, "own": "10.1.0.1/24", "tentative": False}],
    ),
    namespace(
        [1],
        [link(3, "eth0", "veth", link=3, netnsid=0)],
        numbers={0: 0},
        routes=[{"net": "0.0.0.0/0", "device": 3, "gateway": "10.1.0.1", "kind": "unicast", "main": True}],
    ),
]


def test_ends_are_found_by_index_and_namespace_number() -> None:
    topology = Topology.read(["host", "web", "side"], SAID)
    assert topology.members == {"host": ("host", "side"), "web": ("web",)}
    assert topology.far("host", "v1") == ("web", "eth0")
    assert topology.far("web", "eth0") == ("host", "v1")
    assert topology.far("host", "gone") is None
    assert topology.learnt == {"host": (("02:00:00:00:00:02", "v1"),)}
    assert topology.world.ports("host", "br0") == ["v1"]
    assert topology.world.namespaces["web"].routes[0].device == "eth0"
    assert str(topology.world.namespaces["host"].interfaces["br0"].addresses[0]) == "10.1.0.1/24"


def test_a_space_goes_by_the_first_of_its_namespace() -> None:
    topology = Topology.read(["host", "web", "side"], SAID)
    assert topology.home("side") == "host"
    with pytest.raises(KeyError, match="no space 'other'"):
        topology.home("other")


@pytest.mark.parametrize(
    ("bridge", "port", "settled"),
    [(0x10001, 0x10001, True), (1, 0x10001, False), (0x10001, 1, False), (1, 0, True)],
)
def test_a_bridge_is_settled_when_it_follows_its_ports(bridge: int, port: int, settled: bool) -> None:
    links = [link(2, "br0", "bridge", flags=bridge), link(3, "v1", "veth", master=2, flags=port)]
    assert Topology.read(["host"], [namespace([0], links)]).settled() is settled
