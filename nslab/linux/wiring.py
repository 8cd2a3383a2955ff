"""Several network operations as one: when a later one is refused, the earlier ones are taken back."""

from __future__ import annotations

import _socket

from nslab.linux import addresses, interfaces, links, netlink
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MAKERS = {"bridge": 0, "dummy": 0, "macvlan": 1, "ipvlan": 1, "vlan": 1}
"""Operations that make an interface in the caller's namespace, and which argument is its name."""


def do(steps: list[list[Any]]) -> list[Any]:
    """Do *steps*, each an operation of ``links`` or ``addresses`` with its arguments, in order.

    Returns an empty list, or for a refusal: the place in *steps*, the errno, the
    call, its arguments and the kernel's own sentence. What was done is then undone.
    """
    undoing: list[list[Any]] = []
    for place, (name, *arguments) in enumerate(steps):
        back = _back(name, arguments) if place + 1 < len(steps) else []
        try:
            _operation(name)(*arguments)
        except KernelRefused as refused:
            for undo, *given in reversed(undoing):
                _operation(undo)(*given)
            return [place, refused.errno or 0, refused.call, refused.arguments, refused.step]
        undoing += [back] if back else []
    return []


def addresses_of() -> list[tuple[str, str]]:
    """Return the caller's addresses, each with its interface. Raises KernelRefused. Source: rtnetlink(7)."""
    names = {each["index"]: each["name"] for each in _links(*interfaces.LINKS)}
    found = [interfaces.address(answer) for answer in netlink.ask(netlink.kept(), *interfaces.ADDRESSES)]
    return [(names.get(each["index"], ""), each["own"]) for each in found]


def _operation(name: str) -> Any:
    return getattr(links, name, None) or getattr(addresses, name)


def _back(name: str, arguments: list[Any]) -> list[Any]:
    """Return the operation that takes back another, which is still to be done; an empty list for none."""
    if name in _MAKERS:
        return ["delete", arguments[_MAKERS[name]]]
    if name == "address":
        own, remove = arguments[:3], arguments[3]
        return ["address", *own, not remove, *arguments[4:]]
    now = _now(arguments[0]) if name in ("port", "switch") else None
    if now is None:
        return []
    if name == "switch":
        return ["switch", arguments[0], bool(now["flags"] & links.IFF_UP)]
    return ["port", arguments[0], _socket.if_indextoname(now["master"]) if now["master"] else ""]


def _now(device: str) -> dict[str, Any] | None:
    """Return *device* as it is; None if there is none, which the operation itself will say."""
    try:
        return next(_links(*interfaces.one(links.index(device)), flags=0))
    except KernelRefused:
        return None


def _links(kind: int, body: bytes, flags: int = netlink.NLM_F_DUMP) -> Iterator[dict[str, Any]]:
    return map(interfaces.link, netlink.ask(netlink.kept(), kind, body, flags))
