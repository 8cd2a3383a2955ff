"""The fault drill: a working network, and eight ways in which it breaks."""

from __future__ import annotations

import random
from dataclasses import dataclass

CONTAINERS = {"web": "10.1.0.11", "db": "10.1.0.12"}
OUTSIDE = "10.9.0.2"
_MACS = {"web": "02:00:00:00:01:01", "db": "02:00:00:00:01:02"}
_PORTS = {"web": "v1", "db": "v2"}

MASQUERADE = """nft -f - <<'END'
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat
    oifname "eth0" masquerade
  }
}
END"""

HOST = f"""set -e
ip link set lo up
ip link add br0 type bridge
ip address add 10.1.0.1/24 dev br0
ip link set br0 up
ip link add v1 type veth peer name eth0 netns {{web}}
ip link add v2 type veth peer name eth0 netns {{db}}
ip link set v1 master br0 up
ip link set v2 master br0 up
ip link add eth0 type veth peer name eth0 netns {{outside}}
ip address add 10.9.0.1/24 dev eth0
ip link set eth0 up
for f in /proc/sys/net/bridge/bridge-nf-call-ip*tables; do [ ! -e $f ] || echo 0 > $f; done
echo 1 > /proc/sys/net/ipv4/ip_forward
{MASQUERADE.replace("{", "{{").replace("}", "}}")}"""
"""Commands that wire the host; web, db and outside stand for processes in their namespaces."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its word, the space that has it, how it is made, and how it is mended.

    ``places`` are all spaces that are right to name. Introduced in chapter 10.
    """

    word: str
    space: str
    breaks: str
    mends: str
    places: tuple[str, ...]


def container(name: str) -> str:
    """Return the commands that set up the container *name*.

    >>> "10.1.0.11/24" in container("web")
    True
    """
    return f"""set -e
ip link set lo up
ip link set eth0 address {_MACS[name]}
ip address add {CONTAINERS[name]}/24 dev eth0
ip link set eth0 up
ip route add default via 10.1.0.1"""


def outside() -> str:
    """Return the commands that set up the outside, which knows nothing of the containers."""
    return f"ip link set lo up; ip address add {OUTSIDE}/24 dev eth0; ip link set eth0 up"


def faults(victim: str) -> tuple[Fault, ...]:
    """Return the eight faults; where a container has one, it is *victim*.

    >>> [fault.word for fault in faults("web")][:4]
    ['end down', 'bridge down', 'missing route', 'wrong mask']
    """
    address, port = CONTAINERS[victim], _PORTS[victim]
    other = next(name for name in CONTAINERS if name != victim)
    forward = "/proc/sys/net/ipv4/ip_forward"
    both = tuple(sorted(CONTAINERS))
    swap = "ip address add {0}/{2} dev eth0; ip address del {0}/{1} dev eth0"
    swap += "; ip route replace default via 10.1.0.1"
    return (
        Fault("end down", "host", f"ip link set {port} down", f"ip link set {port} up", ("host",)),
        Fault("bridge down", "host", "ip link set br0 down", "ip link set br0 up", ("host",)),
        Fault(
            "missing route", victim, "ip route del default", "ip route add default via 10.1.0.1", (victim,)
        ),
        Fault("wrong mask", victim, swap.format(address, 24, 8), swap.format(address, 8, 24), (victim,)),
        Fault("forwarding off", "host", f"echo 0 > {forward}", f"echo 1 > {forward}", ("host",)),
        Fault("no NAT", "host", "nft delete table ip nat", MASQUERADE, ("host", "outside")),
        Fault("duplicate MAC", victim, _address(other), _address(victim), both),
        Fault("lo down", victim, "ip link set lo down", "ip link set lo up", (victim,)),
    )


def choose(seed: int | None) -> Fault:
    """Return one of the faults by chance, the same for the same *seed*.

    >>> choose(1) == choose(1)
    True
    """
    chance = random.Random(seed)
    return chance.choice(faults(chance.choice(sorted(CONTAINERS))))


def _address(name: str) -> str:
    return f"ip link set eth0 address {_MACS[name]}"


WORDS = tuple(fault.word for fault in faults("web"))
"""The words of the eight faults."""
