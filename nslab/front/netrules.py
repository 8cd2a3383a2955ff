"""Why the kernel refuses a network operation, and the way out."""

from __future__ import annotations

import errno as errors

_NAME = "a name is 1 to 15 bytes without space, / or : (IFNAMSIZ in linux/if.h, dev_valid_name)"
_TAKEN = "an interface of that name is there already; take another name, or remove it with delete_device()"
_LINKS = ("veth", "bridge", "dummy", "macvlan", "ipvlan", "vlan")
_RULES = {
    ("give", "EINVAL"): "lo and bridges belong to the namespace in which they were made and never leave it"
    " (netns-immutable, net/core/dev.c); make one there instead",
    (
        "give",
        "EEXIST",
    ): "there is an interface of that name in the other namespace; give it another one: name=",
    ("give", "ESRCH"): "that space has ended, and its namespace with it; make a new space",
    (
        "port",
        "ELOOP",
    ): "a bridge can't be a port of a bridge, it could run in a circle; join the two by a veth"
    " pair that has one end in each (net/bridge/br_if.c)",
    ("port", "EINVAL"): "lo can't be a port, nor what doesn't carry Ethernet frames; use a veth (ip-link(8))",
    ("port", "EOPNOTSUPP"): "the master is no bridge; make one with space.bridge() (ip-link(8))",
    ("port", "EBUSY"): "something else takes this interface's packets, such as a macvlan on it; remove that",
    ("macvlan", "EINVAL"): "a parent has one passthru child, and then no other child"
    " (drivers/net/macvlan.c); delete the first, or use mode bridge for all",
    ("macvlan", "EBUSY"): "the parent is a port of a bridge, which takes all its packets;"
    " put it out of the bridge with space.port(device, None), or use the bridge as parent",
    ("ipvlan", "EBUSY"): "the parent is a port of a bridge or has macvlan children; take another parent",
    ("vlan", "ERANGE"): "a VLAN's number is from 0 to 4094; take one of these (ip-link(8))",
    ("delete", "EOPNOTSUPP"): "lo and real cards can't be removed; set it down instead (ip-link(8))",
    ("address", "EEXIST"): "this interface has that address already; remove it first, or take another one",
    ("address", "EADDRNOTAVAIL"): "there is no such address to remove; look with lab.topology()",
    ("address", "EINVAL"): "the kernel takes no such address on this interface; take another one",
    ("route", "ENETUNREACH"): "the gateway is in no network that this namespace is joined to;"
    " give an interface an address in the gateway's network, and set it up (ip-route(8))",
    ("route", "EHOSTUNREACH"): "the gateway is in no network that this namespace is joined to;"
    " give an interface an address in the gateway's network, and set it up (ip-route(8))",
    ("route", "ENETDOWN"): "a route needs an interface that is up; use space.up() first (ip-route(8))",
    ("route", "EEXIST"): "there is a route to that network already; remove it first (ip-route(8))",
    ("route", "ESRCH"): "there is no such route to remove; look with ip route",
    ("neighbour", "ENOENT"): "there is no such entry to remove; look with ip neigh",
    ("veth", "ESRCH"): "one of the spaces has ended, and its namespace with it; make a new space",
}
_ANYWHERE = {
    "ENODEV": "there is no interface of that name in this space; look with lab.topology()",
    "EPERM": "it takes CAP_NET_ADMIN in the user namespace that owns this network namespace;"
    " make both anew: unshare --user --map-root-user --net (network_namespaces(7))",
    "EROFS": "/proc/sys is mounted read-only here; mount a /proc of this space's own",
}


def rule(operation: str, number: int, names: tuple[str, ...] = (), said: str = "") -> str:
    """Return the rule behind errno *number* of *operation*, and the way out; else what the kernel *said*.

    *names* are those that interfaces were to have.

    >>> rule("bridge", 34, ("a-name-of-16-byt",)).partition(" (")[0]
    'a name is 1 to 15 bytes without space, / or :'
    """
    name = "EOPNOTSUPP" if number == errors.EOPNOTSUPP else errors.errorcode.get(number, "")
    if operation in _LINKS and not all(map(_fits, names)):
        return f"{_NAME}; take another one"
    if operation in _LINKS and name == "EOPNOTSUPP":
        return f"this kernel has no {operation} interfaces; lab.link_kinds() says which it has"
    if operation in _LINKS and name == "EEXIST":
        return _TAKEN
    return _RULES.get((operation, name)) or _ANYWHERE.get(name) or said


def _fits(name: str) -> bool:
    plain = not set(name) & set("/: \t\n\v\f\r") and name not in (".", "..")
    return 0 < len(name.encode()) <= 15 and plain
