"""What nft's trace says of a packet that was dropped."""

from __future__ import annotations

import re

_RULE = re.compile(r"^trace id (\w+) (\S+ \S+ \S+) rule (.*) \(verdict (drop|stolen)\)$", re.MULTILINE)
_REJECT = re.compile(r"^trace id (\w+) (\S+ \S+ \S+) rule (.*reject.*) \(verdict \w+\)$", re.MULTILINE)
_POLICY = re.compile(r"^trace id (\w+) (\S+ \S+ \S+) (?:verdict \w+ )?policy drop", re.MULTILINE)


def dropped(traced: str, rules: str) -> str:
    r"""Return which rule of *rules*, nft's listing, ended a packet by *traced*, nft's trace; empty for none.

    >>> trace = "trace id 1 ip f forward rule tcp dport 80 drop (verdict drop)"
    >>> listing = "table ip f {\n chain forward {\n  type filter hook forward priority 0; policy accept;\n"
    >>> dropped(trace, listing + "  accept\n  tcp dport 80 drop\n }\n}")
    'rule 2 of chain forward, table ip f: tcp dport 80 drop'
    """
    for pattern in (_RULE, _REJECT):
        for _, chain, rule, *_ in pattern.findall(traced):
            number = _position(rules, chain, rule)
            family, table, name = chain.split()
            said = f"rule {number} of chain" if number else "a rule of chain"
            return f"{said} {name}, table {family} {table}: {_plain(rule)}"
    for _, chain in _POLICY.findall(traced):
        family, table, name = chain.split()
        return f"the policy of chain {name}, table {family} {table}: drop"
    return ""


def _position(rules: str, chain: str, rule: str) -> int:
    """Return the place of *rule* among the rules of *chain*, from 1; 0 when it is not found."""
    family, table, name = chain.split()
    part = re.search(
        rf"^table {re.escape(family)} {re.escape(table)} {{\n(.*?)^}}", rules + "\n", re.MULTILINE | re.DOTALL
    )
    body = re.search(rf"chain {re.escape(name)} {{\n(.*?)\n\s*}}", part.group(1) if part else "", re.DOTALL)
    lines = [line.strip() for line in body.group(1).splitlines()] if body else []
    own = [_plain(line) for line in lines if line and not line.startswith(("type ", "policy "))]
    return own.index(_plain(rule)) + 1 if _plain(rule) in own else 0


def _plain(rule: str) -> str:
    """Return a rule without its counts, which change."""
    return re.sub(r"counter packets \d+ bytes \d+", "counter", rule)
