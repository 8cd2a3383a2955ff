"""A process that leaves its session keyring can read the keys in it no more."""

from __future__ import annotations

import os

from nslab.linux.keyring import leave_session


def session() -> str:
    """This process's session keyring, as /proc/keys marks it by its use: the keyrings that it can see."""
    with open("/proc/keys", encoding="ascii") as keys:
        return "".join(sorted(line.split()[0] for line in keys if "_ses" in line))


def test_the_session_keyring_is_another_one_afterwards() -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        before = session()
        os.write(writer, b"left" if leave_session() and session() != before else b"stayed")
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as said:
        assert said.read() == "left"
