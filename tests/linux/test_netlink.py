"""rtnetlink messages: what is packed is unpacked again, and refusals say what the kernel said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.linux import interfaces, links, netlink, wiring

if TYPE_CHECKING:
    from nslab import Lab


@settings(max_examples=50)
@given(st.dictionaries(st.integers(1, 0x3FFF), st.binary(max_size=40)))
def test_attributes_survive_their_journey(wanted: dict[int, bytes]) -> None:
    packed = b"".join(netlink.attribute(kind, value) for kind, value in wanted.items())
    assert netlink.attributes(packed) == wanted
    assert len(packed) % 4 == 0


@settings(max_examples=50)
@given(st.binary(max_size=60))
def test_rubbish_is_no_endless_loop(data: bytes) -> None:
    assert isinstance(netlink.attributes(data), dict)


def test_the_kernels_own_sentence_comes_along(lab: Lab) -> None:
    place, number, call, arguments, said = lab.host.call(wiring.do, [["dummy", "a-name-of-16-byt", ""]])
    assert (place, number, call) == (0, 34, "RTM_NEWLINK")
    assert "a-name-of-16-byt" in arguments
    assert "policy" in said


def test_an_agent_that_is_forked_has_a_socket_of_its_own(lab: Lab) -> None:
    lab.host.bridge("br0")
    web = lab.host.unshare("net", name="web")
    web.bridge("br0")
    lab.host.delete_device("br0")
    assert "br0" in web.run("ip -o link").output


def test_a_link_is_read_as_it_was_made(lab: Lab) -> None:
    pid = lab.host.pid
    lab.host.call(links.veth, "a", "02:00:00:00:00:0a", pid, "b", "02:00:00:00:00:0b", pid)
    lab.host.call(links.macvlan, "a", "m", "02:00:00:00:00:0c", "vepa", 0)
    (here,) = lab.host.fork(interfaces.read, [pid])
    by_name = {each["name"]: each for each in here["links"]}
    assert by_name["a"]["link"] == by_name["b"]["index"]
    assert by_name["b"]["mac"] == "02:00:00:00:00:0b"
    assert (by_name["m"]["kind"], by_name["m"]["mode"], by_name["m"]["link"]) == (
        "macvlan",
        "vepa",
        by_name["a"]["index"],
    )


def test_a_process_that_is_gone_is_left_out(lab: Lab) -> None:
    web = lab.host.unshare("net", name="web")
    pids = [lab.host.pid, web.pid]
    web.kill()
    assert [each["members"] for each in lab.host.fork(interfaces.read, pids)] == [[0]]


def test_routes_and_silent_neighbours_are_those_of_the_commands(lab: Lab) -> None:
    space = lab.host.unshare("net", name="web")
    for command in (
        "ip link add v0 type veth peer name v1",
        "ip address add 10.1.0.1/24 dev v0",
        "ip address add fd00::1/64 dev v0",
        "for name in v0 v1 lo; do ip link set $name up; done",
        "ip route add default via 10.1.0.9",
        "ip route add blackhole 10.7.0.0/16",
        "ip neigh add 10.1.0.7 dev v0 nud failed",
    ):
        assert space.run(command).status == 0
    (here,) = lab.host.fork(interfaces.read, [space.pid], routes=True)
    main = {each["net"]: (each["gateway"], each["kind"]) for each in here["routes"] if each["main"]}
    assert main["0.0.0.0/0"] == ("10.1.0.9", "unicast")
    assert main["10.7.0.0/16"] == ("", "blackhole")
    assert {"10.1.0.0/24", "fd00::/64"} <= main.keys()
    local = {each["net"] for each in here["routes"] if each["kind"] == "local"}
    assert {"10.1.0.1/32", "127.0.0.0/8"} <= local
    assert here["silent"] == ["10.1.0.7"]
