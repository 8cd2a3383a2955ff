"""A lab as a whole: its spaces, its root file system, its reset, what it says of itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nslab import Lab, SpaceGone


def test_it_shows_its_spaces(lab: Lab) -> None:
    lab.host.unshare("mnt", "uts", name="web")
    assert repr(lab) == "a lab with 2 spaces\nhost  pid 2\nweb  pid 3  own mnt  own uts"
    assert list(lab.spaces) == ["host", "web"]
    lab.close()
    assert repr(lab) == "a lab that is closed; lab.reset() makes a fresh one"
    assert dict(lab.spaces) == {}
    assert lab.closed


def test_a_reset_is_a_fresh_machine_in_place_of_the_old(lab: Lab) -> None:
    old = lab.host
    old.run("touch /srv/file; hostname changed")
    assert lab.reset() is lab
    assert lab.host.run("ls /srv; hostname").output == "host\n"
    with pytest.raises(SpaceGone):
        old.run("true")


def test_every_lab_has_the_same_mounts(lab: Lab) -> None:
    points = [mount.point for mount in lab.mounts().mounts.columns[0].tree.mounts]
    fixed = [point for point in points if not point.startswith("/usr/")]
    devices = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")]
    assert sorted(fixed) == sorted(["/", "/usr", *devices, "/proc", "/sys", "/dev/pts", "/dev/shm"])
    assert all(mount.propagation == "private" for mount in lab.mounts().mounts.columns[0].tree.mounts)


def test_root_has_its_ids_and_files_of_its_own(lab: Lab) -> None:
    assert lab.host.run("id -u; id -un; stat -c %U /etc /root /tmp").output == "0\nroot\nroot\nroot\nroot\n"
    lab.host.run("echo 192.0.2.1 web >> /etc/hosts")
    assert "192.0.2.1 web" in lab.host.run("cat /etc/hosts").output
    if lab.mode != "one":
        assert lab.host.run("touch /srv/f; chown 5:5 /srv/f; stat -c %u:%g /srv/f").output == "5:5\n"


def test_the_machines_processes_and_links_are_out_of_sight(lab: Lab) -> None:
    assert lab.host.run("ps -e -o pid,comm").output.split()[2:] == [
        "1",
        "nslab",
        "init",
        "2",
        "nslab",
        "host",
        "3",
        "ps",
    ]
    assert lab.host.run("ls /sys/class/net").output == "lo\n"
    assert lab.host.run(f"kill -0 {os.getpid() + 100000}").status != 0


def test_two_labs_do_not_meet() -> None:
    with Lab(quiet=True) as one, Lab(quiet=True) as other:
        one.host.run("touch /srv/mine; hostname one")
        assert other.host.run("ls /srv; hostname").output == "host\n"


def test_import_is_light() -> None:
    script = "import sys, nslab; nslab.Lab; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {"matplotlib", "pyroute2", "IPython", "numpy", "ipywidgets"} & set(loaded.split())


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    import nslab

    with pytest.raises(AttributeError, match="no attribute 'Lob'"):
        _ = nslab.Lob
    assert "Lab" in dir(nslab)
