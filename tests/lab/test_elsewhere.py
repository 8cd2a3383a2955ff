"""A Python outside /usr, which is out of sight in a lab, makes a lab that works all the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = """
import sys
sys.path.append({home!r})
from nslab import Lab
from nslab.linux import forbidden, limits, nsfs
with Lab(quiet=True) as lab:
    box = lab.host.unshare("user", "mnt", "pid", "time", name="box", boottime=5, mount_proc=True)
    box.limit("uts", 3)
    print(sys.prefix, box.limits["uts"], box.fork(forbidden.attempts)["set the clock"])
    print(len(lab.host.call(nsfs.survey)[0]) > 2, lab.host.run("test -e " + sys.prefix).status)
    lab.host.meetings(), box.attributes(), lab.layers(), lab.roots(), lab.hostnames(), lab.processes()
    lab.veth("host:v1", "box:v2"), lab.topology(), lab.host.ping("127.0.0.1"), box.id_map(), box.may("mknod")
    print(lab.host.keep(box, "uts", "/run/x"), lab.see("/srv") is not None)
"""


@pytest.fixture
def prefix() -> Iterator[Path]:
    """A folder that looks like the prefix of a Python of its own, and that others may read."""
    made = Path(tempfile.mkdtemp(prefix="course-python-", dir="/tmp"))
    made.chmod(0o755)
    name = f"python3.{sys.version_info.minor}"
    (made / "bin").mkdir()
    (made / "lib").mkdir()
    shutil.copy(Path(sys.executable).resolve(), made / "bin" / name)
    (made / "lib" / name).symlink_to(Path(os.__file__).parent)
    yield made
    shutil.rmtree(made)


def test_everything_that_is_needed_later_comes_along_or_is_fetched(prefix: Path) -> None:
    home = str(Path(__file__).parents[2])
    program = prefix / "bin" / f"python3.{sys.version_info.minor}"
    done = subprocess.run(
        [program, "-S", "-c", CODE.format(home=home)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [f"{prefix} 3 EPERM", "True 1", "None True"], done.stderr
