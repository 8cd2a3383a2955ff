"""Several network operations as one: when a later one is refused, the earlier ones are taken back."""

from __future__ import annotations

from nslab.linux import addresses, interfaces, links, netlink
from nslab.linux.refusal import KernelRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAKERS = {"bridge": 0, "dummy": 0, "macvlan": 1, "ipvlan": 1, "vlan": 1}
"""Operations that make an interface in the caller's namespace, and which argument is its name."""


def do(steps: list[list[Any]]) -> list[Any]:
    """Do *steps*, each an operation of ``links`` or ``addresses`` with its arguments, in order.

    Returns an empty list, or for a refusal: the place in *steps*, the errno, the
    call, its arguments and the kernel's own sentence. What was done is then undone.
    """
    before = _state() if len(steps) > 1 else {}
    for place, (name, *arguments) in enumerate(steps):
        try:
            (getattr(links, name, None) or getattr(addresses, name))(*arguments)
        except KernelRefused as refused:
            _undo(steps[:place], before)
            return [place, refused.errno or 0, refused.call, refused.arguments, refused.step]
    return []


def addresses_of() -> list[tuple[str, str]]:
    """Return the caller's addresses, each with its interface. Raises KernelRefused. Source: rtnetlink(7)."""
    names = {each["index"]: name for name, each in _links().items()}
    found = [interfaces.address(answer) for answer in netlink.ask(netlink.kept(), *interfaces.ADDRESSES)]
    return [(names.get(each["index"], ""), each["own"]) for each in found]


def _links() -> dict[str, dict[str, Any]]:
    found = [interfaces.link(answer) for answer in netlink.ask(netlink.kept(), *interfaces.LINKS)]
    return {each["name"]: each for each in found}


def _state() -> dict[str, tuple[str, bool]]:
    """Return of which bridge each interface is a port, and whether it is up."""
    every = _links()
    names = {each["index"]: name for name, each in every.items()}
    return {
        name: (names.get(each["master"], ""), bool(each["flags"] & links.IFF_UP))
        for name, each in every.items()
    }


def _undo(steps: list[list[Any]], before: dict[str, tuple[str, bool]]) -> None:
    """Take *steps* back, the last first: what was made is removed, what was changed is as in *before*."""
    for name, *arguments in reversed(steps):
        if name in _MAKERS:
            links.delete(arguments[_MAKERS[name]])
        elif name == "port":
            links.port(arguments[0], before[arguments[0]][0])
        elif name == "address":
            addresses.address(arguments[0], arguments[1], arguments[2], not arguments[3])
        elif name == "switch":
            links.switch(arguments[0], before[arguments[0]][1])
