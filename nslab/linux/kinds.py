"""Which kinds of interface the kernel can make, found out by making them."""

from __future__ import annotations

from nslab.linux import links
from nslab.linux.namespaces import CLONE_NEWNET, unshare
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def tried() -> dict[str, bool]:
    """Return for each kind whether the kernel makes one. The caller leaves its network namespace: use a fork.

    Raises KernelRefused without a new namespace. Source: unshare(2), ip-link(8). Introduced in chapter 8.
    """
    unshare(CLONE_NEWNET)
    makers: dict[str, tuple[Callable[..., None], list[Any]]] = {
        "veth": (links.veth, ["v", "", 0, "w", "", 0]),
        "bridge": (links.bridge, ["b", ""]),
        "dummy": (links.dummy, ["d", ""]),
        "macvlan": (links.macvlan, ["v", "m", "", "bridge", 0]),
        "ipvlan": (links.ipvlan, ["w", "i", "l2", 0]),
        "vlan": (links.vlan, ["v", "n", 7, 0]),
    }
    found = {}
    for kind, (make, arguments) in makers.items():
        try:
            make(*arguments)
        except KernelRefused:
            found[kind] = False
        else:
            found[kind] = True
    return found
