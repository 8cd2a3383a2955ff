"""Which rule of a filter dropped a packet: the kernel is asked to trace it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nslab.front.surveying import quietly
from nslab.state.verdict import dropped

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.front.surveying import Survey
    from nslab.state.reason import Reason

TABLE = "nslab_trace"
_BEGIN = f"""nft -f - <<'END'
table inet {TABLE} {{
  chain in {{
    type filter hook prerouting priority -450
    meta nftrace set 1
  }}
  chain out {{
    type filter hook output priority -450
    meta nftrace set 1
  }}
}}
END
F=$(mktemp)
nft monitor trace > $F 2>/dev/null & M=$!
sleep 0.1
echo $M $F"""


def ruled(survey: Survey, reason: Reason, send: Callable[[], tuple[int, int]]) -> Reason:
    """Return *reason* with the rule that drops such a packet in its space, by sending another one.

    The packet is traced with ``meta nftrace set 1`` in a table that is gone
    afterwards. When no rule drops it, the reason stays without one.
    Source: nft(8), "monitor", "meta nftrace". Introduced in chapter 10.
    """
    space = next(space for space in survey.spaces if space.name == reason.space)
    process, file = (["", "", *quietly(space, _BEGIN).split()])[-2:]
    try:
        send()
    finally:
        traced = quietly(
            space, f"sleep 0.05; kill {process}; cat {file}; rm {file}; nft delete table inet {TABLE}"
        )
    rules = quietly(space, "nft list ruleset")
    found = dropped(traced, rules)
    if not found:
        return replace(reason, kind="unknown")
    return replace(reason, kind="filtered", says=f"dropped in {reason.space} by {found}", state=found)
