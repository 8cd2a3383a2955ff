"""Packets followed through a real network, and every reason why one stops, provoked in it."""

from __future__ import annotations

import pytest

from nslab import KernelRefused, Lab

HOST = """
ip link set lo up
ip link add br0 type bridge
ip addr add 10.1.0.1/24 dev br0
ip addr add fd01::1/64 dev br0 nodad
ip link set br0 up
for p in {web} {db}; do
  i=$((i+1)); ip link add v$i type veth peer name eth0 netns $p; ip link set v$i master br0 up
done
ip link add eth0 type veth peer name eth0 netns {outside}
ip addr add 10.9.0.1/24 dev eth0
ip addr add fd09::1/64 dev eth0 nodad
ip link set eth0 up
for f in /proc/sys/net/bridge/bridge-nf-call-ip*tables; do [ ! -e $f ] || echo 0 > $f; done
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
nft -f - <<END
table ip nat {{
  chain post {{
    type nat hook postrouting priority srcnat
    oifname "eth0" masquerade
  }}
}}
END
"""
CONTAINER = """
ip link set lo up
ip addr add 10.1.0.{number}/24 dev eth0
ip addr add fd01::{number}/64 dev eth0 nodad
ip link set eth0 address 02:00:00:00:00:{number}
ip link set eth0 up
ip route add default via 10.1.0.1
ip -6 route add default via fd01::1
"""
OUTSIDE = """
ip link set lo up
ip addr add 10.9.0.2/24 dev eth0
ip addr add fd09::2/64 dev eth0 nodad
ip link set eth0 up
ip -6 route add fd01::/64 via fd09::1
"""
FILTER = """nft -f - <<END
table ip f {{
  chain c {{
    type filter hook {hook} priority 0; policy {policy};
    {rules}
  }}
}}
END
"""


def build(lab):
    """Two containers on a bridge of the host, and an outside that the host masquerades for."""
    host = lab.host
    web, db, outside = (host.unshare("net", name=name) for name in ("web", "db", "outside"))
    pids = {space.name: space.pid for space in (web, db, outside)}
    done = [host.run(HOST.format(**pids)), outside.run(OUTSIDE)]
    done += [space.run(CONTAINER.format(number=number)) for space, number in ((web, 11), (db, 12))]
    assert [each.output for each in done] == [""] * 4


@pytest.fixture
def lab():
    with Lab(quiet=True) as made:
        build(made)
        yield made


def rules(hook, text, policy="accept"):
    return FILTER.format(hook=hook, rules=text, policy=policy)


def test_a_ping_is_followed_through_bridge_router_and_nat_and_back(lab):
    trace = lab.spaces["web"].ping("10.9.0.2")

    assert trace.ok
    assert repr(trace) == "web: 10.9.0.2 answers"
    assert repr(trace.path).splitlines()[1:] == [
        "there  web        eth0 →",
        "       host     → v1 → br0 → eth0 →  ttl 64 → 63, source 10.1.0.11 → 10.9.0.1",
        "       outside  → eth0",
        "back   outside    eth0 →",
        "       host     → eth0 → br0 → v1 →  ttl 64 → 63, target 10.9.0.1 → 10.1.0.11",
        "       web      → eth0",
    ]


@pytest.mark.parametrize("target", ["10.1.0.12", "fd01::12"])
def test_a_bridge_passes_frames_without_routing_them(lab, target):
    trace = lab.spaces["web"].ping(target)

    assert [hop.interfaces for hop in trace.journey.hops] == [("eth0",), ("v1", "v2"), ("eth0",)]
    assert all(not hop.notes for hop in trace.journey.hops)


def test_ipv6_is_followed_also_while_addresses_are_tentative(lab):
    trace = lab.spaces["web"].ping("fd09::2")

    assert trace.ok
    assert [hop.space for hop in trace.journey.hops] == ["web", "host", "outside"]


def test_a_connection_and_a_datagram_are_followed_too(lab):
    web, outside = lab.spaces["web"], lab.spaces["outside"]
    outside.listen(80)
    refused = web.connect("10.9.0.2", 81)

    assert web.connect("10.9.0.2", 80).ok
    assert [hop.space for hop in refused.journey.hops_back] == ["outside", "host", "web"]
    assert (refused.reason.kind, refused.reason.space) == ("port closed", "outside")
    assert web.send("10.9.0.2", 53).reason.kind == "port closed"
    assert web.ping("127.0.0.1").ok


def test_a_published_port_shows_the_rewritten_target(lab):
    host, web, outside = (lab.spaces[name] for name in ("host", "web", "outside"))
    host.run(
        "nft 'add chain ip nat pre { type nat hook prerouting priority dstnat; }'; "
        "nft add rule ip nat pre tcp dport 8080 dnat to 10.1.0.11:80"
    )
    web.listen(80)
    trace = outside.connect("10.9.0.1", 8080)

    assert trace.ok
    assert "target 10.9.0.1:8080 → 10.1.0.11:80" in trace.journey.hops[1].notes
    assert "source 10.1.0.11:80 → 10.9.0.1:8080" in trace.journey.hops_back[1].notes


FAULTS = {
    "end down": ("host", "ip link set v1 down", "10.9.0.2", "interface down", "host:v1"),
    "own end down": ("web", "ip link set eth0 down", "10.9.0.2", "interface down", "web:eth0"),
    "far end down": ("outside", "ip link set eth0 down", "10.9.0.2", "interface down", "outside:eth0"),
    "neighbour down": ("db", "ip link set eth0 down", "10.1.0.12", "interface down", "db:eth0"),
    "bridge down": ("host", "ip link set br0 down", "10.1.0.12", "bridge down", "host:br0"),
    "no route": ("web", "ip route del default", "10.9.0.2", "no route", "web"),
    "bad hop": ("web", "ip route replace default via 10.1.0.77", "10.9.0.2", "unanswered", "web"),
    "nobody": ("web", "true", "10.1.0.99", "unanswered", "web"),
    "forwarding": ("host", "echo 0 > /proc/sys/net/ipv4/ip_forward", "10.9.0.2", "forwarding off", "host"),
    "forwarding 6": (
        "host",
        "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding",
        "fd09::2",
        "forwarding off",
        "host",
    ),
    "no nat": ("host", "nft delete table ip nat", "10.9.0.2", "no way back", "outside"),
    "no route back": ("outside", "ip -6 route del fd01::/64", "fd09::2", "no way back", "outside"),
    "wide mask": (
        "web",
        "ip addr del 10.1.0.11/24 dev eth0; ip addr add 10.1.0.11/8 dev eth0",
        "10.9.0.2",
        "wrong mask",
        "web:eth0",
    ),
    "narrow mask": (
        "web",
        "ip addr del 10.1.0.11/24 dev eth0; ip addr add 10.1.0.11/32 dev eth0",
        "10.1.0.12",
        "wrong mask",
        "web:eth0",
    ),
    "narrow mask there": (
        "db",
        "ip route del default; ip addr del 10.1.0.12/24 dev eth0; ip addr add 10.1.0.12/30 dev eth0",
        "10.1.0.12",
        "wrong mask",
        "db:eth0",
    ),
    "twin": ("db", "ip link set eth0 address 02:00:00:00:00:11", "10.1.0.12", "duplicate mac", "db:eth0"),
    "lo": ("web", "ip link set lo down", "127.0.0.1", "lo down", "web:lo"),
    "lo, own address": ("web", "ip link set lo down", "10.1.0.11", "lo down", "web:lo"),
    "dropped": (
        "host",
        rules("forward", "tcp dport 80 drop\n ip daddr 10.9.0.2 drop"),
        "10.9.0.2",
        "filtered",
        "host",
    ),
    "policy": ("web", rules("output", "", "drop"), "10.9.0.2", "filtered", "web"),
    "dropped at the end": (
        "db",
        rules("input", "icmp type echo-request drop"),
        "10.1.0.12",
        "filtered",
        "db",
    ),
    "rejected": ("db", rules("input", "reject"), "10.1.0.12", "filtered", "db"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_reason_is_named_where_it_stands(lab, fault):
    space, command, target, kind, where = FAULTS[fault]
    done = lab.spaces[space].run(command)
    trace = lab.spaces["web"].ping(target)

    again = lab.spaces["web"].ping(target)

    assert done.output == ""
    assert repr(again.path) == repr(trace.path)
    assert (trace.ok, trace.reason.kind, trace.reason.where) == (False, kind, where), repr(trace.path)


def test_a_twin_is_named_whether_or_not_its_mac_is_known(lab):
    lab.spaces["db"].run("ip link set eth0 address 02:00:00:00:00:11")
    lab.spaces["web"].neighbour("eth0", "10.1.0.12", "02:00:00:00:00:11")
    trace = lab.spaces["web"].ping("10.1.0.12")
    assert trace.journey.there
    assert (trace.reason.kind, trace.reason.where) == ("duplicate mac", "db:eth0"), repr(trace.path)


def test_two_wires_into_one_network_are_told_from_a_wrong_mask(lab):
    host = lab.host
    host.run("ip link set v2 nomaster; ip addr add 10.1.0.2/24 dev v2; ip neigh flush all")
    trace = host.ping("10.1.0.12")

    assert (trace.reason.kind, trace.reason.where) == ("two wires", "host:br0")


def test_a_space_made_after_a_trace_is_heard_in_its_own_namespace(lab):
    lab.spaces["web"].ping("10.9.0.2")
    late = lab.host.unshare("net", name="late")
    lab.host.run(f"ip link add v3 type veth peer name eth0 netns {late.pid}; ip link set v3 master br0 up")
    late.run("ip addr add 10.1.0.13/24 dev eth0; ip link set eth0 up")

    assert [hop.space for hop in lab.spaces["web"].ping("10.1.0.13").journey.hops] == ["web", "host", "late"]


def test_an_answer_that_goes_past_the_nat_is_told_from_a_lost_one(lab):
    host, web, db = (lab.spaces[name] for name in ("host", "web", "db"))
    host.run(
        "nft 'add chain ip nat pre { type nat hook prerouting priority dstnat; }'; "
        "nft add rule ip nat pre tcp dport 8080 dnat to 10.1.0.11:80"
    )
    web.listen(80)
    trace = db.connect("10.9.0.1", 8080)

    assert (trace.ok, trace.reason.kind, trace.reason.where) == (False, "wrong source", "db:eth0")


def test_the_rule_that_drops_is_quoted_with_its_number(lab):
    lab.host.run(rules("forward", "tcp dport 80 drop\n ip daddr 10.9.0.2 counter drop"))

    said = lab.spaces["web"].ping("10.9.0.2").reason.state

    assert said == "rule 2 of chain c, table ip f: ip daddr 10.9.0.2 counter drop"
    assert "nslab" not in lab.host.run("nft list ruleset").output


def test_a_trace_says_the_same_twice_and_leaves_no_words_in_a_watch(lab):
    web = lab.spaces["web"]
    lab.host.run("nft delete table ip nat")

    with lab.watch() as watched:
        first = repr(web.ping("10.9.0.2").path)

    assert repr(web.ping("10.9.0.2").path) == first
    assert list(watched.commands) == ["web# ping -c 1 -W 1 10.9.0.2"]


def test_a_space_that_may_not_make_raw_packets_is_told_so_and_others_are_still_followed(lab):
    stranger = lab.spaces["web"].unshare("user", name="stranger")

    with pytest.raises(KernelRefused, match=r"socket\(.*EPERM"):
        stranger.ping("10.1.0.12")
    assert lab.spaces["web"].ping("10.1.0.12").ok


def test_a_container_without_proc_and_programs_is_followed_by_what_the_others_know(lab):
    box = lab.spaces["db"].unshare("mnt", name="box")
    bare = lab.host.unshare("net", "mnt", name="bare", propagation="private")
    lab.host.run(f"ip link add v3 type veth peer name eth0 netns {bare.pid}; ip link set v3 master br0 up")
    bare.run("ip addr add 10.1.0.13/24 dev eth0; ip link set eth0 up")
    for space in (bare, box):
        space.run("mkdir /mnt/r; mount -t tmpfs r /mnt/r; mkdir /mnt/r/o")
        space.pivot_root("/mnt/r", "/mnt/r/o")
        space.umount("/o", lazy=True)
    trace = lab.spaces["web"].ping("10.1.0.13")

    assert trace.ok
    assert [hop.space for hop in trace.journey.hops] == ["web", "host", "bare"]
    assert bare.ping("10.1.0.11").ok


def test_a_bridge_without_a_live_port_has_no_carrier(lab):
    lab.host.run("ip link set v1 down; ip link set v2 down")
    trace = lab.host.ping("10.1.0.11")

    assert (trace.reason.kind, trace.reason.where) == ("no carrier", "host:br0")


def test_what_is_no_address_is_refused_in_words(lab):
    with pytest.raises(ValueError, match="'db' is no IP address"):
        lab.spaces["web"].ping("db")


MACVLAN = """
ip link add p0 type veth peer name eth0 netns {switch}
ip addr add 10.7.0.1/24 dev p0; ip link set p0 up
for p in {a} {b}; do ip link add link p0 name eth0 netns $p type macvlan mode {mode}; done
"""


@pytest.mark.parametrize(
    ("mode", "target", "kind"),
    [
        ("bridge", "10.7.0.12", None),
        ("bridge", "10.7.0.1", "macvlan parent"),
        ("private", "10.7.0.12", "macvlan mode"),
        ("vepa", "10.7.0.12", "macvlan mode"),
        ("private", "10.7.0.2", None),
        ("bridge, parent down", "10.7.0.2", "interface down"),
    ],
)
def test_macvlan_has_no_way_to_its_parent_and_modes_part_siblings(mode, target, kind):
    with Lab(quiet=True) as lab:
        a, b, switch = (lab.host.unshare("net", name=name) for name in ("a", "b", "switch"))
        kind_of, _, parent_down = mode.partition(",")
        done = lab.host.run(MACVLAN.format(a=a.pid, b=b.pid, switch=switch.pid, mode=kind_of)).output
        for space, number in ((a, 11), (b, 12), (switch, 2)):
            done += space.run(f"ip addr add 10.7.0.{number}/24 dev eth0; ip link set eth0 up").output
        if parent_down:
            assert a.ping(target).ok
            lab.host.run("ip link set p0 down")
        trace = a.ping(target)

    assert done == ""
    assert (trace.reason.kind if trace.reason else None) == kind, repr(trace.path)


@pytest.mark.parametrize("mode", ["bridge", "vepa"])
def test_a_switch_that_sends_frames_back_brings_a_macvlan_and_its_parent_together(mode):
    with Lab(quiet=True) as lab:
        a, switch = lab.host.unshare_each(["a", "switch"], "net")
        lab.veth("host:p0", "switch:port")
        switch.bridge("br0", ports=["port"])
        lab.host.macvlan("p0", "eth0", mode, space=a)
        for space, device, own in ((lab.host, "p0", 1), (a, "eth0", 11), (switch, "br0", 2)):
            space.address(device, f"10.7.0.{own}/24")
            space.up(device)
        switch.up("port")
        apart = a.ping("10.7.0.1"), lab.host.ping("10.7.0.11")
        switch.run("bridge link set dev port hairpin on")
        together = a.ping("10.7.0.1"), lab.host.ping("10.7.0.11")
    assert [trace.reason.kind for trace in apart] == ["macvlan parent"] * 2
    assert [bool(trace) for trace in together] == [True, True]
