"""What root in a container is refused, whoever started the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nslab.linux import forbidden

if TYPE_CHECKING:
    from nslab import Lab


@pytest.mark.parametrize("types", [(), ("user", "mnt", "pid", "net", "uts", "ipc", "cgroup", "time")])
def test_root_in_a_lab_is_refused_what_would_change_the_machine(lab: Lab, types: tuple[str, ...]) -> None:
    space = lab.host.unshare(*types) if types else lab.host
    told = space.call(forbidden.attempts)
    assert told.pop("load a kernel module") in ("EPERM", "ENOSYS")
    assert told == {"set the clock": "EPERM", "make a device file": "EPERM", "turn off swap": "EPERM"}
    assert space.run("ls -A /tmp").output == ""
