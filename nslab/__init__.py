r"""Linux containers from the inside: real namespaces, mounts and networks, and what happened to them.

>>> from nslab import Lab
>>> with Lab(quiet=True) as lab:
...     lab.host.run("hostname").output
'host\n'
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nslab.front.lab import Lab
    from nslab.front.playground import Playground
    from nslab.front.space import Space
    from nslab.lab.link import SpaceGone
    from nslab.lab.machine import NoLab
    from nslab.linux.refusal import KernelRefused

__all__ = ["KernelRefused", "Lab", "NoLab", "Playground", "Space", "SpaceGone"]
__version__ = "0.1.0"

_HOMES = {
    "KernelRefused": "nslab.linux.refusal",
    "Lab": "nslab.front.lab",
    "NoLab": "nslab.lab.machine",
    "Playground": "nslab.front.playground",
    "Space": "nslab.front.space",
    "SpaceGone": "nslab.lab.link",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that helpers start without the rest."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nslab' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
