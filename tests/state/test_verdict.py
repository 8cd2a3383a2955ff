"""nft's trace is read for the rule that ended a packet, in the words of nft 1.0.6 to 1.1."""

from __future__ import annotations

import pytest

from nslab.state.verdict import dropped

RULES = """table ip f {
	chain c {
		type filter hook forward priority filter; policy drop;
		tcp dport 80 accept
		ip daddr 10.9.0.2 counter packets 7 bytes 588 drop
		icmp type echo-request reject
	}
}
"""
HEAD = 'trace id 2c5a ip f c packet: iif "br0" oif "eth0" ip saddr 10.1.0.11 ip daddr 10.9.0.2\n'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "rule ip daddr 10.9.0.2 counter packets 8 bytes 672 drop (verdict drop)",
            "rule 2 of chain c, table ip f: ip daddr 10.9.0.2 counter drop",
        ),
        (
            "rule icmp type echo-request reject (verdict drop)",
            "rule 3 of chain c, table ip f: icmp type echo-request reject",
        ),
        ("rule unheard drop (verdict drop)", "a rule of chain c, table ip f: unheard drop"),
        ("policy drop", "the policy of chain c, table ip f: drop"),
        ("rule tcp dport 80 accept (verdict accept)", ""),
        ("policy accept", ""),
    ],
)
def test_the_rule_that_ended_it_is_named(line, said):
    assert dropped(f"{HEAD}trace id 2c5a ip f c {line}\n", RULES) == said


def test_nothing_traced_is_nothing_said():
    assert dropped("", RULES) == ""
