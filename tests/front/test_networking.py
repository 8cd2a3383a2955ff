"""Each network operation does what the command does that it prints, and says what refused it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nslab import KernelRefused, Lab, SpaceGone

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab import Space

OPERATIONS: list[tuple[str, Callable[[Space], None]]] = [
    ("ip link add br1 type bridge\nip link set p0 master br1", lambda s: s.bridge("br1", ports=["p0"])),
    ("ip link set p0 master br0", lambda s: s.port("p0", "br0")),
    ("ip link set v0 nomaster", lambda s: s.port("v0", None)),
    ("ip link add m0 link p0 type macvlan mode private", lambda s: s.macvlan("p0", "m0", "private")),
    ("ip link del p0", lambda s: s.delete_device("p0")),
    ("ip link set p0 up", lambda s: s.up("p0")),
    ("ip link set v0 down", lambda s: s.down("v0")),
    ("ip addr add 10.7.0.1/24 dev p0", lambda s: s.address("p0", "10.7.0.1/24")),
    ("ip addr add 10.7.0.1/31 dev p0", lambda s: s.address("p0", "10.7.0.1/31")),
    (
        "ip addr add 10.7.0.1/24 dev p0\nip addr add fd07::1/64 dev p0",
        lambda s: s.address("p0", "10.7.0.1/24", "fd07::1/64"),
    ),
    ("ip addr add fd07::1/64 dev p0", lambda s: s.address("p0", "fd07::1/64")),
    ("ip addr add fd07::1/64 dev p0 nodad", lambda s: s.address("p0", "fd07::1/64", nodad=True)),
    ("ip addr del 10.1.0.1/24 dev br0", lambda s: s.address("br0", "10.1.0.1/24", remove=True)),
    ("ip route add default via 10.1.0.9", lambda s: s.route("default", via="10.1.0.9")),
    ("ip route add 10.8.0.0/16 dev br0", lambda s: s.route("10.8.0.0/16", device="br0")),
    ("ip -6 route add fd08::/32 dev br0", lambda s: s.route("fd08::/32", device="br0")),
    ("ip route del 10.1.0.0/24 dev br0", lambda s: s.route("10.1.0.0/24", device="br0", remove=True)),
    (
        "ip neigh replace 10.1.0.5 lladdr 02:00:00:00:00:09 nud permanent dev br0",
        lambda s: s.neighbour("br0", "10.1.0.5", "02:00:00:00:00:09"),
    ),
    ("sysctl -w net.ipv4.ip_forward=1", lambda s: s.forward()),
    ("sysctl -w net.ipv6.conf.all.forwarding=1", lambda s: s.forward(version=6)),
]


def prepared(lab: Lab, name: str) -> Space:
    """A space with a bridge that has an address and a port, and a wire of its own."""
    space = lab.host.unshare("net", name=name)
    space.forward(False)
    space.forward(False, version=6)
    space.bridge("br0")
    for one, other in (("v0", "v1"), ("p0", "p1")):
        lab.veth(f"{name}:{one}", f"{name}:{other}")
    space.port("v0", "br0")
    space.up("v0", "v1", "br0")
    space.address("br0", "10.1.0.1/24")
    return space


def described(space: Space) -> list[Any]:
    """Every link, address, route and neighbour, without MACs and link-local addresses."""
    links = json.loads(space.run("ip -j -d link").output)
    rows: list[Any] = [
        (
            each["ifname"],
            "UP" in each["flags"],
            each.get("master"),
            each.get("linkinfo", {}).get("info_kind"),
            each.get("linkinfo", {}).get("info_data", {}).get("mode"),
        )
        for each in links
    ]
    addresses = space.run("ip -o addr | awk '{print $2, $3, $4, $5, $6}' | grep -v fe80").output
    routes = space.run("ip route; ip -6 route | grep -v fe80; ip neigh show nud permanent").output
    switches = "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding"
    settled = routes.replace(" linkdown", "")
    return [*rows, addresses.splitlines(), settled.splitlines(), space.run(switches).output]


@pytest.mark.parametrize(("command", "operation"), OPERATIONS)
def test_an_operation_is_the_command_that_it_prints(
    command: str, operation: Callable[[Space], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with Lab(quiet=True) as lab:
        ours, theirs = prepared(lab, "ours"), prepared(lab, "theirs")
        before = described(ours)
        lab.quiet = False
        operation(ours)
        printed = capsys.readouterr().out
        assert [line for line in printed.splitlines() if not line.startswith("#")] == [
            f"ours# {line}" for line in command.splitlines()
        ]
        assert theirs.run(command).status == 0
        assert described(ours) == described(theirs) != before


def test_a_wire_is_made_across_spaces_in_one_command(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("web", "db"):
        lab.host.unshare("net", name=name)
    lab.quiet = False
    lab.veth("web:eth0", "host:v1")
    lab.veth("web:eth1", "db:eth0")
    assert capsys.readouterr().out == (
        "host# ip link add v1 type veth peer name eth0 netns web\n"
        "host# ip link add eth1 netns web type veth peer name eth0 netns db\n"
    )
    assert "══ web:eth1" in repr(lab.topology()).splitlines()[-1]


def test_macs_and_indexes_are_the_same_in_every_lab(lab: Lab) -> None:
    def wired() -> list[str]:
        lab.host.unshare("net", name="web")
        lab.veth("host:v1", "web:eth0")
        lab.host.bridge("br0", ports=["v1"])
        return [repr(lab.topology(raw=True)), lab.host.run("ip -o link show br0").output]

    first = wired()
    lab.reset()
    assert wired() == first
    assert "02:00:00:00:00:01" in first[0]


REFUSED: list[tuple[str, str, Callable[[Lab], object]]] = [
    ("ERANGE", "1 to 15 bytes", lambda lab: lab.host.bridge("a-name-of-16-byt")),
    ("ERANGE", "1 to 15 bytes", lambda lab: lab.veth("host:v9", "web:a-name-of-16-byt")),
    ("EINVAL", "1 to 15 bytes", lambda lab: lab.host.bridge("a/b")),
    ("EEXIST", "another name", lambda lab: lab.host.bridge("v1")),
    ("EEXIST", "another name", lambda lab: lab.veth("host:v9", "web:eth0")),
    ("EEXIST", "has that address already", lambda lab: lab.host.address("v1", "10.1.0.1/24")),
    (
        "EEXIST",
        "has that address already",
        lambda lab: lab.host.address("v1", "10.7.0.1/24", "fd07::1/64", "10.1.0.1/24"),
    ),
    ("EADDRNOTAVAIL", "no such address", lambda lab: lab.host.address("v1", "10.1.0.8/24", remove=True)),
    ("EINVAL", "one passthru child", lambda lab: lab.host.macvlan("v2", "m2", "passthru")),
    ("EINVAL", "one passthru child", lambda lab: lab.host.macvlan("v2", "m2", "bridge")),
    ("EBUSY", "port of a bridge", lambda lab: lab.host.macvlan("v3", "m2")),
    ("ELOOP", "veth pair", lambda lab: lab.host.bridge("br1", ports=["v1", "br0"])),
    ("ENODEV", "no interface of that name", lambda lab: lab.host.bridge("br1", ports=["v1", "nothing"])),
    ("ENODEV", "no interface of that name", lambda lab: lab.host.up("v2", "nothing")),
    ("EINVAL", "never leave", lambda lab: lab.host.move_device("lo", lab.spaces["web"])),
    ("EINVAL", "never leave", lambda lab: lab.host.move_device("br0", lab.spaces["web"])),
    ("ENOTSUP", "set it down instead", lambda lab: lab.host.delete_device("lo")),
    ("ENETUNREACH", "gateway is in no network", lambda lab: lab.host.route("default", via="10.99.0.1")),
    ("EPERM", "CAP_NET_ADMIN", lambda lab: lab.host.unshare("user", name="guest").bridge("br1")),
]


@pytest.mark.parametrize(("name", "rule", "wrong"), REFUSED)
def test_a_refusal_has_its_rule_and_changes_nothing(
    lab: Lab, name: str, rule: str, wrong: Callable[[Lab], object]
) -> None:
    lab.host.unshare("net", name="web")
    for number in (1, 2, 3):
        lab.veth(f"host:v{number}", f"web:eth{number - 1}")
    lab.host.macvlan("v2", "m1", "passthru")
    lab.host.bridge("br0", ports=["v3"])
    lab.host.address("v1", "10.1.0.1/24")
    before = described(lab.host)
    with pytest.raises(KernelRefused, match=rule) as caught:
        wrong(lab)
    assert caught.value.name == name
    assert described(lab.host) == before


def test_a_kind_that_the_kernel_lacks_is_said_before_and_after(lab: Lab) -> None:
    kinds = lab.link_kinds()
    assert kinds["veth"]
    lab.veth("host:p0", "host:p1")
    lab.veth("host:q0", "host:q1")
    makers = {
        "dummy": lambda: lab.host.dummy("x"),
        "ipvlan": lambda: lab.host.ipvlan("p0", "x"),
        "vlan": lambda: lab.host.vlan("q0", "x", 7),
    }
    for kind, make in makers.items():
        if kinds[kind]:
            make()
            assert f" {kind} " in lab.host.run("ip -o -d link show x").output
            lab.host.delete_device("x")
        else:
            with pytest.raises(KernelRefused, match=f"this kernel has no {kind} interfaces"):
                make()


def test_a_space_that_is_gone_is_said(lab: Lab) -> None:
    gone = lab.host.unshare("net", name="gone")
    gone.kill()
    lab.veth("host:v1", "host:v2")
    with pytest.raises(SpaceGone):
        lab.veth("host:v3", "gone:eth0")
    with pytest.raises(SpaceGone):
        lab.host.move_device("v1", gone)
    with pytest.raises(SpaceGone):
        gone.up("lo")
    assert "v3" not in repr(lab.topology())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda lab: lab.veth("host", "web:eth0"),
        lambda lab: lab.host.address("lo", "10.0.0.300/24"),
        lambda lab: lab.host.route("nowhere", device="lo"),
        lambda lab: lab.host.macvlan("lo", "m", "other"),
        lambda lab: lab.host.vlan("lo", "m", 4095),
        lambda lab: lab.host.forward(version=5),
        lambda lab: lab.host.neighbour("lo", "10.0.0.1", "02:00"),
        lambda lab: lab.host.neighbour("lo", "10.0.0.1", "rubbish"),
    ],
)
def test_what_is_no_address_or_no_choice_is_a_value_error(lab: Lab, wrong: Callable[[Lab], object]) -> None:
    with pytest.raises(ValueError, match=r"write one such as|take one of|SPACE:INTERFACE"):
        wrong(lab)


@pytest.mark.parametrize(
    ("one", "other", "remark", "used"),
    [
        ("10.1.0.1/24", "10.1.0.2/24", "# a is in 10.1.0.0/24 too: the kernel uses one of the two", "a"),
        (
            "10.1.0.1/24",
            "10.1.0.2/16",
            "# a is in 10.1.0.0/24 too: what is in both goes by a, whose prefix is longer",
            "a",
        ),
        (
            "10.1.0.1/16",
            "10.1.0.2/24",
            "# a is in 10.1.0.0/16 too: what is in both goes by b, whose prefix is longer",
            "b",
        ),
        ("10.1.0.1/24", "10.1.0.2/32", None, "a"),
        ("10.1.0.1/24", "10.2.0.2/24", None, "a"),
    ],
)
def test_two_interfaces_in_one_network_are_remarked(
    lab: Lab, capsys: pytest.CaptureFixture[str], one: str, other: str, remark: str | None, used: str
) -> None:
    for name in ("a", "b"):
        lab.veth(f"host:{name}", f"host:{name}x")
    lab.host.up("a", "b", "ax", "bx")
    lab.quiet = False
    lab.host.address("a", one)
    lab.host.address("b", other)
    lab.quiet = True
    lines = [f"host# ip addr add {other} dev b", *([remark] if remark else [])]
    assert capsys.readouterr().out.splitlines()[1:] == lines
    assert f" dev {used} " in lab.host.run("ip route get 10.1.0.77").output


def test_an_address_taken_without_asking_is_not_tentative(lab: Lab) -> None:
    lab.veth("host:a", "host:b")
    lab.host.up("a", "b")
    lab.host.address("a", "fd00::1/64", nodad=True)
    lab.host.address("b", "fd01::1/64")
    tentative = lab.host.run("ip -6 addr show tentative").output
    assert "fd01::1" in tentative
    assert "fd00::1" not in tentative


def test_a_moved_device_arrives_down_and_bare(lab: Lab) -> None:
    web = lab.host.unshare("net", name="web")
    lab.veth("host:v1", "host:v2")
    lab.host.address("v1", "10.1.0.1/24")
    lab.host.up("v1")
    lab.host.move_device("v1", web, name="eth0")
    assert repr(lab.topology()).splitlines()[-1] == "      ▼ eth0  down  ══ host:v2"


def test_rules_are_a_transaction_and_name_what_is_wrong(lab: Lab) -> None:
    host = lab.host
    host.nft("add table ip nat\nadd chain ip nat post { type nat hook postrouting priority srcnat; }")
    with pytest.raises(KernelRefused, match="not there") as caught:
        host.nft("add table ip more\nadd rule ip nowhere post accept")
    assert caught.value.name == "ENOENT"
    assert host.run("nft list tables").output == "table ip nat\n"
    with pytest.raises(KernelRefused, match="EEXIST"):
        host.nft("create table ip nat")
    with pytest.raises(ValueError, match="nft does not understand"):
        host.nft("rubbish")
