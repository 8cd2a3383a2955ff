"""A namespace's state is asked as the kernel would: longest prefix first, both ends of each wire."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest

from nslab.state.surroundings import Interface, Namespace, Route, World

ETH0 = Interface("eth0", 2, addresses=(ip_interface("10.1.0.11/24"), ip_interface("fe80::1/64")))
ROUTES = (
    Route("0.0.0.0/0", "eth0", "10.1.0.1"),
    Route("10.1.0.0/24", "eth0"),
    Route("10.1.0.11/32", "eth0", kind="local", main=False),
    Route("fd00::/64", "eth0"),
)
WEB = Namespace("web", {"lo": Interface("lo", 1), "eth0": ETH0}, ROUTES)


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("10.9.0.2", ROUTES[0]),
        ("10.1.0.7", ROUTES[1]),
        ("10.1.0.11", ROUTES[2]),
        ("fd00::5", ROUTES[3]),
        ("fd01::5", None),
    ],
)
def test_the_longest_prefix_wins(target: str, route: Route | None) -> None:
    assert WEB.route(target) == route


def test_an_address_is_had_by_an_interface_and_loopback_by_lo() -> None:
    assert WEB.has("10.1.0.11") is ETH0
    assert WEB.has("127.0.0.9").name == "lo"
    assert WEB.has("10.1.0.12") is None


def test_the_other_end_is_found_from_either_side_and_through_a_bridge_to_all():
    ends = {"eth0": Interface("eth0", 2, kind="veth", link=(7, None))}
    host = {
        "br0": Interface("br0", 2, kind="bridge"),
        "v1": Interface("v1", 7, kind="veth", master="br0", link=(2, 4)),
    }
    world = World({"host": Namespace("host", host, known={4: "web"}), "web": Namespace("web", ends)})

    assert world.linked("host", "v1") == ("web", "eth0")
    assert world.linked("web", "eth0") == ("host", "v1")
    assert world.segment("web", "eth0") == {("web", "eth0"), ("host", "v1"), ("host", "br0")}
    assert world.linked("host", "nothing") is None
