"""The topology is what the kernel has, and a lab's end leaves no link."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from nslab import Lab, SpaceGone

if TYPE_CHECKING:
    from nslab.view.topology import TopologyFigure

SHOWN = """\
host     ▲ lo
         △ eth0  10.9.0.1/24                no carrier  ══ outside:eth0
         ▲ br0   10.1.0.1/24                            bridge: v1
         ▲ └ v1                                         ══ web:eth0
web      ▲ lo
         ▲ eth0  10.1.0.11/24, fd01::11/64              ══ host:v1
outside  ▼ lo                               down
         ▼ eth0                             down        ══ host:eth0
child    ▼ lo                               down
         △ mv0                              no carrier  ┄┄ macvlan bridge host:eth0"""


def star(lab: Lab, count: int) -> None:
    lab.host.bridge("br0")
    lab.host.address("br0", "10.1.0.1/16")
    lab.host.up("br0")
    for number in range(count):
        space = lab.host.unshare("net", name=f"c{number}")
        lab.veth(f"host:v{number}", f"c{number}:eth0")
        lab.host.port(f"v{number}", "br0")
        lab.host.up(f"v{number}")
        space.address("eth0", f"10.1.{number // 200 + 1}.{number % 200 + 1}/16")
        space.up("lo", "eth0")
        space.route("default", via="10.1.0.1")


def test_everything_is_shown_as_it_is(lab: Lab) -> None:
    web, _, child = (lab.host.unshare("net", name=name) for name in ("web", "outside", "child"))
    lab.veth("host:v1", "web:eth0")
    lab.veth("host:eth0", "outside:eth0")
    lab.host.bridge("br0", ports=["v1"])
    lab.host.address("br0", "10.1.0.1/24")
    lab.host.address("eth0", "10.9.0.1/24")
    lab.host.macvlan("eth0", "mv0", space=child)
    web.address("eth0", "10.1.0.11/24")
    web.address("eth0", "fd01::11/64")
    lab.host.up("br0", "v1", "eth0")
    web.up("lo", "eth0")
    child.up("mv0")
    assert repr(lab.topology()) == SHOWN


def test_it_is_read_and_not_remembered(lab: Lab) -> None:
    lab.host.unshare("net", name="web")
    lab.host.run(f"ip link add v1 type veth peer name eth0 netns {lab.spaces['web'].pid}")
    lab.host.run("ip link add br0 type bridge; ip link set v1 master br0")
    assert "▼ └ v1  down  ══ web:eth0" in repr(lab.topology())
    lab.host.run("ip link del v1")
    assert "v1" not in repr(lab.topology())


def test_spaces_of_one_network_namespace_share_a_card(lab: Lab) -> None:
    web = lab.host.unshare("net", name="web")
    lab.host.join(web, "net", name="side")
    assert repr(lab.topology()).splitlines()[-1] == "web, side  ▼ lo  down"


def test_spaces_with_their_own_pids_are_seen_all_the_same(lab: Lab) -> None:
    lab.host.unshare("net", "pid", "user", "mnt", name="own", mount_proc=True)
    lab.veth("host:v1", "own:eth0")
    lab.veth("own:a", "own:b")
    said = repr(lab.topology())
    assert all(f"══ {far}" in said for far in ("host:v1", "own:eth0", "own:a", "own:b"))


def test_a_peer_out_of_sight_is_a_question_mark(lab: Lab) -> None:
    lab.host.run("ip netns add apart; ip link add v1 type veth peer name far netns apart")
    figure = lab.topology()
    assert repr(figure).splitlines()[-1] == "      ▼ v1  down  ══ ?"
    assert figure.svg()


def test_routes_and_learnt_macs_are_told_on_demand(lab: Lab) -> None:
    star(lab, 2)
    assert lab.spaces["c0"].ping("10.1.1.2").ok
    said = repr(lab.topology(routes=True, fdb=True)).splitlines()
    assert "route  c0: 0.0.0.0/0 via 10.1.0.1 dev eth0" in said
    assert "route  host: 10.1.0.0/16 dev br0" in said
    assert [line for line in said if line.startswith("fdb")] == [
        "fdb  host: 02:00:00:00:00:03 at v0",
        "fdb  host: 02:00:00:00:00:05 at v1",
    ]
    assert "route" not in repr(lab.topology())


def test_a_path_is_lit_by_the_names_of_its_spaces(lab: Lab) -> None:
    star(lab, 1)
    lab.host.join(lab.spaces["c0"], "net", name="side")
    figure = lab.topology([("side", "eth0"), ("host", "v0")], ("host", "v0", "filtered here"))
    assert repr(figure).splitlines()[-2:] == [
        "path  c0:eth0 ─▶ host:v0",
        "✗ host:v0  filtered here",
    ]
    with pytest.raises(KeyError, match="no interface 'eth7' in host"):
        lab.topology([("host", "eth7")])


def test_a_packet_is_lit_on_the_topology_where_it_was_seen(lab: Lab) -> None:
    star(lab, 12)
    there = lab.topology(path=lab.spaces["c0"].ping("10.1.1.2"))
    assert repr(there).splitlines()[-1] == (
        "path  c0:eth0 ─▶ host:v0 ─▶ host:v1 ─▶ c1:eth0 ─▶ host:v1 ─▶ host:v0 ─▶ c0:eth0"
    )
    lab.host.down("br0")
    stopped = lab.topology(path=lab.spaces["c0"].ping("10.1.1.2"))
    assert repr(stopped).splitlines()[-2].startswith("path  c0:eth0")
    assert repr(stopped).splitlines()[-1].startswith("✗ host:v0  ")
    lab.spaces["c2"].route("default", via="10.1.0.1", remove=True)
    unsent = lab.spaces["c2"].ping("10.9.9.9")
    assert repr(lab.topology(path=unsent)).splitlines()[-1] == "✗ c2  c2 has no route to 10.9.9.9"


def test_a_star_of_equal_leaves_is_one_leaf(lab: Lab) -> None:
    star(lab, 20)
    assert [row.split() for row in repr(lab.topology()).splitlines()] == [
        ["host", "▲", "lo"],
        ["▲", "br0", "10.1.0.1/16", "bridge:", "v0", "…", "v19"],
        ["▲", "└", "v0", "…", "v19", "×", "20", "══", "c0:eth0"],
        ["c0", "…", "c19", "×", "20", "▲", "lo", "×", "20"],
        ["▲", "eth0", "×", "20", "10.1.1.1", "…", "10.1.1.20/16", "══", "host:v0", "…", "v19"],
    ]


def test_one_that_differs_is_not_folded(lab: Lab) -> None:
    star(lab, 20)
    lab.spaces["c7"].down("eth0")
    said: TopologyFigure = lab.topology()
    titles = [line.split("  ")[0] for line in repr(said).splitlines() if not line.startswith(" ")]
    assert titles == ["host", "c0 … c19 × 19", "c7"]


def test_a_closed_lab_has_no_topology() -> None:
    lab = Lab(quiet=True)
    lab.close()
    with pytest.raises(SpaceGone):
        lab.topology()


def namespaces() -> str:
    """The machine's links by ip, outside of any lab."""
    return subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout


def test_a_closed_lab_leaves_no_link() -> None:
    before = namespaces()
    watched = Lab(quiet=True)
    star(watched, 3)
    observer = watched.host.unshare("net", name="observer")
    watched.veth("host:w", "observer:far")
    for name in ("c0", "c1", "c2"):
        watched.spaces[name].kill()
    end = time.monotonic() + 10
    while "v2" in (said := watched.host.run("ip -o link").output) and time.monotonic() < end:
        time.sleep(0.05)
    assert not {f"v{number}@" for number in range(3)} & set(said.split())
    assert "far" in observer.run("ip -o link").output
    watched.close()
    assert namespaces() == before
