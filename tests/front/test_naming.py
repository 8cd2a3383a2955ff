"""Host names are set in one UTS namespace and seen there only; refusals carry their rule."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nslab import KernelRefused, Lab, SpaceGone

SHOWN = """\
spaces       host name  domain name  owned by the user namespace of
host, guest  host       (none)       host
web, db      web        example      host
own          mine       (none)       own"""


def test_every_uts_namespace_is_shown_once_with_who_lives_there(lab: Lab) -> None:
    web = lab.host.unshare("uts", name="web")
    lab.host.unshare("user", name="guest")
    own = lab.host.unshare("user", "uts", name="own")
    db = lab.host.join(web, "uts", name="db")
    db.sethostname("web")
    web.setdomainname("example")
    own.sethostname("mine")
    figure = lab.hostnames()
    assert repr(figure) == SHOWN
    inodes = [
        lab.spaces[name].run("stat -L -c %i /proc/self/ns/uts").output for name in ("host", "web", "own")
    ]
    assert [str(one.number) for one in figure.namespaces] == [inode.strip() for inode in inodes]


def test_an_owner_without_a_space_is_said(lab: Lab) -> None:
    between = lab.host.unshare("user", "uts", name="between")
    inner = between.unshare("user", name="inner")
    between.kill()
    assert repr(lab.hostnames()).endswith("inner   host       (none)       no space here")
    with pytest.raises(KernelRefused, match=r"EPERM.*CAP_SYS_ADMIN in the user namespace that owns"):
        inner.sethostname("x")
    assert inner.run("hostname").output == "host\n"


@pytest.mark.parametrize("operation", ["sethostname", "setdomainname"])
def test_a_name_has_64_bytes_at_most(lab: Lab, operation: str) -> None:
    getattr(lab.host, operation)("x" * 64)
    with pytest.raises(KernelRefused, match=r"EINVAL.*at most 64 bytes"):
        getattr(lab.host, operation)("x" * 65)
    assert "x" * 64 in repr(lab.hostnames())


def test_operations_print_their_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with Lab() as lab:
        lab.host.sethostname("two words")
        lab.host.setdomainname("a.b")
    assert capsys.readouterr().out == "host# hostname 'two words'\nhost# domainname a.b\n"


def test_a_closed_lab_has_no_names_to_show() -> None:
    lab = Lab(quiet=True)
    lab.close()
    with pytest.raises(SpaceGone):
        lab.hostnames()


def test_the_machines_domain_name_is_not_taken_along() -> None:
    code = "from nslab import Lab; lab = Lab(quiet=True); print(lab.hostnames()); lab.close()"
    inside = f"domainname somewhere; hostname elsewhere; exec {sys.executable} -c '{code}'"
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    done = subprocess.run(
        ["unshare", *user, "--uts", "sh", "-c", inside], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[1:] == ["host    host       (none)       host"], done.stderr
