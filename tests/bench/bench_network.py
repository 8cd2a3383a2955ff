"""What a star of containers costs, beside ip and mininet, and what its topology costs.

Run it: ./course python tests/bench/bench_network.py
Each container is a namespace, a veth pair, a bridge port, two addresses, up, and a default route.
"""

from __future__ import annotations

import subprocess
import time

from nslab import Lab

SIZES = (10, 100, 1000)
ROUNDS = 3
MININET = """
import time
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo
started = time.perf_counter()
net = Mininet(topo=SingleSwitchTopo(100), switch=LinuxBridge, controller=None)
net.start()
print(time.perf_counter() - started)
net.stop()
"""


def addresses(number):
    """Return the IPv4 and IPv6 address of a container."""
    return f"10.1.{number // 250}.{number % 250 + 2}/16", f"fd00::{number + 2:x}/64"


def star(lab, count):
    """Make the star with nslab's operations."""
    host = lab.host
    host.bridge("br0")
    host.address("br0", "10.1.255.1/16")
    for number, space in enumerate(host.unshare_each([f"c{number}" for number in range(count)], "net")):
        lab.veth(f"host:v{number}", f"c{number}:eth0")
        space.address("eth0", *addresses(number))
        space.up("lo", "eth0")
        space.route("default", via="10.1.255.1")
        host.port(f"v{number}", "br0")
    host.up("br0", *(f"v{number}" for number in range(count)))


def by_ip(lab, count):
    """Make it with the fewest calls of ip: one batch for the host, and one for each container."""
    lines = ["link add br0 type bridge", "addr add 10.1.255.1/16 dev br0", "link set br0 up"]
    for number in range(count):
        lines += [
            f"netns add c{number}",
            f"link add v{number} type veth peer name eth0 netns c{number}",
            f"link set v{number} master br0",
            f"link set v{number} up",
        ]
    script = [_batch("ip -batch -", lines)]
    for number in range(count):
        inside = [f"addr add {address} dev eth0" for address in addresses(number)]
        inside += ["link set lo up", "link set eth0 up", "route add default via 10.1.255.1"]
        script.append(_batch(f"nsenter --net=/run/netns/c{number} ip -batch -", inside))
    lab.host.call(_write, "/tmp/star", "".join(script))
    done = lab.host.run("sh /tmp/star")
    assert done.status == 0, done.output


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _batch(command, lines):
    return "\n".join([f"{command} <<'END' || exit 1", *lines, "END", ""])


def timed(make, count):
    """Return how long *make* took for *count* containers, in a lab of its own."""
    with Lab(quiet=True) as lab:
        started = time.perf_counter()
        make(lab, count)
        return time.perf_counter() - started


def mininet():
    """Return seconds for 100 hosts, or why there are none; as root, in namespaces that end with it."""
    ready = "mount -t tmpfs run /run && mount -t sysfs sys /sys && ip link set lo up && exec python3 -c"
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    command = [*apart, "env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-c", f'{ready} "$0"', MININET]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return float(done.stdout)
    except ValueError:
        return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]


def main():
    """Print each line."""
    each = {}
    for count in SIZES:
        each[count] = took = min(timed(star, count) for _ in range(ROUNDS if count < 1000 else 1))
        print(f"star of {count:4}        {took * 1e3:9.1f} ms   {took * 1e3 / count:6.2f} ms a container")
    print(f"1000 beside 100, each  {each[1000] / each[100] / 10:7.2f}      1 is linear")
    for count in (100, 1000):
        theirs = min(timed(by_ip, count) for _ in range(ROUNDS if count < 1000 else 1))
        share = each[count] / theirs
        print(f"by ip -batch, {count:4}    {theirs * 1e3:9.1f} ms   nslab takes {share:.2f} of it")
    found = mininet()
    if isinstance(found, float):
        print(f"mininet, 100          {found * 1e3:9.1f} ms   nslab takes {each[100] / found:.3f} of it")
    else:
        print(f"mininet               not measured: {found}")
    with Lab(quiet=True) as lab:
        star(lab, 100)
        lab.topology().draw()
        started = time.perf_counter()
        figure = lab.topology()
        read = time.perf_counter() - started
        figure.svg()
        both = time.perf_counter() - started
        print(
            f"topology of 100, read {read * 1e3:9.1f} ms   drawn too {both * 1e3:.1f} ms   aim: below 300 ms"
        )


if __name__ == "__main__":
    main()
