"""uname(2) as the C library and the commands tell it."""

from __future__ import annotations

import os
from pathlib import Path

from nslab.linux import uts


def test_uname_tells_what_python_and_proc_tell() -> None:
    told = uts.uname()
    assert told[:5] == list(os.uname())
    assert told[5] == Path("/proc/sys/kernel/domainname").read_text().strip()


def test_the_namespace_is_the_callers_own() -> None:
    number, _, user, nodename, domainname = uts.namespace()
    assert number == Path("/proc/self/ns/uts").stat().st_ino
    assert user == Path("/proc/self/ns/user").stat().st_ino
    assert [nodename, domainname] == [uts.uname()[1], uts.uname()[5]]
