"""What the commands say of a namespace is read, in iproute2's JSON as captured."""

from __future__ import annotations

import pytest

from nslab.state.surroundings import MARK, QUESTIONS, Interface, Namespace, Route, World, parse

LINKS = """[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK"],"operstate":"DOWN","addr_info":[]},
{"ifindex":2,"link_index":5,"ifname":"eth0","flags":["NO-CARRIER","BROADCAST","UP","LOWER_UP"],
"operstate":"LOWERLAYERDOWN","address":"6a:48:34:4a:8a:c0","link_netnsid":0,"linkinfo":{"info_kind":"veth"},
"addr_info":[{"family":"inet","local":"10.1.0.11","prefixlen":24},
{"family":"inet6","local":"fe80::1","prefixlen":64,"tentative":true}]},
{"ifindex":3,"ifname":"m0","flags":["BROADCAST"],"linkinfo":{"info_kind":"macvlan","info_data":{"mode":"vepa"}}}]"""
ROUTES = """[{"dst":"default","gateway":"10.1.0.1","dev":"eth0","flags":["linkdown"]},
{"dst":"10.1.0.0/24","dev":"eth0","protocol":"kernel"},
{"type":"local","dst":"10.1.0.11","dev":"eth0","table":"local"},
{"type":"broadcast","dst":"10.1.0.255","dev":"eth0","table":"local"}]"""
ROUTES6 = '[{"dst":"fd00::/64","dev":"eth0"},{"type":"multicast","dst":"ff00::/8","dev":"eth0"}]'
SAID = [LINKS, ROUTES, ROUTES6, "1\n0", "", '[{"dst":"10.1.0.9","dev":"eth0","state":["INCOMPLETE"]}]']


def said(parts=SAID):
    assert len(parts) == len(QUESTIONS)
    return f"\n{MARK}\n".join(parts) + f"\n{MARK}\n"


def test_interfaces_routes_and_switches_are_read():
    web = parse("web", said(), {0: "host"})

    assert {name: (each.up, each.carrier) for name, each in web.interfaces.items()} == {
        "lo": (False, False),
        "eth0": (True, True),
        "m0": (False, False),
    }
    assert [str(own) for own in web.interfaces["eth0"].addresses] == ["10.1.0.11/24", "fe80::1/64"]
    assert web.interfaces["eth0"].tentative == ("fe80::1",)
    assert (web.interfaces["m0"].mode, web.forwards, web.silent) == ("vepa", (4,), ("10.1.0.9",))


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("10.9.0.2", Route("0.0.0.0/0", "eth0", "10.1.0.1")),
        ("10.1.0.7", Route("10.1.0.0/24", "eth0")),
        ("10.1.0.11", Route("10.1.0.11", "eth0", kind="local")),
        ("fd00::5", Route("fd00::/64", "eth0")),
        ("fd01::5", None),
    ],
)
def test_the_longest_prefix_wins(target, route):
    assert parse("web", said(), {}).route(target) == route


def test_an_address_is_had_by_an_interface_and_loopback_by_lo():
    web = parse("web", said(), {})

    assert web.has("10.1.0.11").name == "eth0"
    assert web.has("127.0.0.9").name == "lo"
    assert web.has("10.1.0.12") is None


@pytest.mark.parametrize("broken", ["", "@@", said(["{", *SAID[1:]])])
def test_answers_that_are_none_are_refused(broken):
    with pytest.raises(ValueError):
        parse("web", broken, {})


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
