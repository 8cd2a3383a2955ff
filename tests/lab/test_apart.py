"""A function in a child of the agent changes nothing of the agent, whatever it does."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused
from nslab.linux import namespaces

if TYPE_CHECKING:
    from nslab import Lab


def unshared(kind: str) -> str:
    namespaces.unshare(namespaces.FLAGS[kind])
    return os.readlink(f"/proc/self/ns/{kind}")


def refused() -> None:
    namespaces.setns(0, namespaces.FLAGS["uts"])


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def exited() -> None:
    raise SystemExit(3)


def test_what_it_does_to_itself_ends_with_it(lab: Lab) -> None:
    look = "readlink /proc/$PPID/ns/uts; ls /proc/$PPID/fd | wc -l; ps -e -o args= | grep -c nslab"
    lab.host.fork(unshared, "uts")
    before = lab.host.run(look).output
    assert lab.host.fork(unshared, "uts") != before.split()[0]
    assert lab.host.run(look).output == before


def test_what_it_raises_is_raised_here(lab: Lab) -> None:
    with pytest.raises(KernelRefused, match=r"setns.*EINVAL"):
        lab.host.fork(refused)
    with pytest.raises(TypeError, match="cannot leave a space"):
        lab.host.fork(lambda: {1, 2})
    with pytest.raises(Exception, match="SystemExit"):
        lab.host.fork(exited)


def test_a_child_that_ends_without_an_answer_is_said(lab: Lab) -> None:
    with pytest.raises(ChildProcessError, match="before it could answer"):
        lab.host.fork(killed)
    assert lab.host.fork(os.getppid) == 2


def test_modules_can_be_fetched_in_the_child(lab: Lab) -> None:
    def loaded() -> str:
        import colorsys

        return colorsys.__name__

    assert lab.host.fork(loaded) == "colorsys"
    assert lab.host.run("echo well").output == "well\n"
