"""Rules for packets, as text for nft."""

from __future__ import annotations

import errno as errors
import os
import shlex

from nslab.front import shown
from nslab.front.face import OfSpace
from nslab.front.surveying import quietly
from nslab.linux.refusal import KernelRefused

_RULES = {
    "EEXIST": "a table, chain or rule of that name is there already; delete it first (nft(8))",
    "ENOENT": "the rule names a table, chain or set that is not there; add that first (nft(8))",
    "EPERM": "it takes CAP_NET_ADMIN in the user namespace that owns this network namespace",
    "EBUSY": "something still refers to it; remove that first (nft(8))",
    "EOPNOTSUPP": "this kernel lacks a part of nf_tables that the rule needs; nslab doctor tells more",
}


class Ruling(OfSpace):
    """What a space can do with its packet filter."""

    def nft(self, text: str) -> None:
        """Give *text*, one command of nft a line, to the packet filter of this space: all of it or nothing.

        Raises KernelRefused with the rule for what the kernel refuses, ValueError for what nft does not
        understand. Source: nft(8), "nft -f" is one transaction. Introduced in chapter 10.
        """
        lines = [line for line in map(str.strip, text.strip().splitlines()) if line]
        for line in lines:
            self._show(shown.line("nft", line))
        script = shlex.quote("\n".join(lines) + "\n")
        said = quietly(self, f"printf %s {script} | nft -f - 2>&1; echo $?").rstrip("\n")
        told, _, status = said.rpartition("\n")
        if status != "0":
            raise _refusal(told, shlex.join(lines))


def _refusal(told: str, text: str) -> Exception:
    known = {os.strerror(number): number for number in errors.errorcode}
    first = told.split("\n")[0]
    reason = first.rpartition(": ")[2].partition(";")[0]
    if "not found" in first and "nft" in first and "Error" not in first:
        return KernelRefused(errors.ENOENT, "execve", "'nft'", "there is no nft here; install nftables")
    if reason not in known:
        return ValueError(
            f"nft does not understand this: {first.partition('Error: ')[2] or first}; see nft(8)"
        )
    name = errors.errorcode[known[reason]]
    return KernelRefused(known[reason], "nft", text, _RULES.get(name, ""))
