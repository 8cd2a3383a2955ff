"""The Vagrantfile is valid, agrees with `course`, and both say what to do where they can't be used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VAGRANTFILE = (ROOT / "Vagrantfile").read_text()
COURSE = (ROOT / "course").read_text()


def validated(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "Vagrantfile").write_text(text)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "VAGRANT_HOME": str(folder / "home")}
    command = ["vagrant", "validate", "--ignore-provider"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("vagrant") is None, reason="no package vagrant is to be had here")
def test_vagrant_finds_it_valid(tmp_path: Path) -> None:
    done = validated(tmp_path, VAGRANTFILE)
    assert done.returncode == 0, done.stderr
    spoiled = validated(tmp_path, VAGRANTFILE.replace("config.vm.hostname", "config.vm.hostnam"))
    assert spoiled.returncode == 1
    assert "hostnam" in spoiled.stdout + spoiled.stderr


@pytest.mark.parametrize(
    ("setting", "here", "there"),
    [
        ("the learner's user id", r'LEARNER = "(\d+)"', r"(?m)^learner=(\d+)$"),
        ("the notebooks' folder", r'FOLDER = "([^"]+)"', r"(?m)^notebooks=(\S+)$"),
        ("JupyterLab's port", r"guest: (\d+)", r"ServerApp\.port=(\d+)"),
        ("the verb", r"inline: \"exec sh /vagrant/course (\w+)\"", r"(?m)^ +(provision)\) move_in"),
    ],
)
def test_it_agrees_with_course(setting: str, here: str, there: str) -> None:
    found = re.search(here, VAGRANTFILE), re.search(there, COURSE)
    assert all(found), setting
    assert found[0] is not None
    assert found[1] is not None
    assert found[0][1] == found[1][1]


def test_only_the_learners_own_machine_reaches_jupyter() -> None:
    forwarded = re.findall(r'"forwarded_port".*', VAGRANTFILE)
    assert len(forwarded) == 1
    assert 'host_ip: "127.0.0.1", auto_correct: true' in forwarded[0]


def test_a_machine_that_is_none_of_the_courses_own_is_left_alone() -> None:
    def said(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        return done.stderr

    course = ["/bin/sh", str(ROOT / "course")]
    somebody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.getuid() == 0 else []
    assert "for root of a virtual machine" in said(*somebody, *course, "provision")
    if os.getuid() == 0 and not Path("/run/systemd/system").exists():
        assert "systemd does not run here; try: ./course lab" in said(*course, "provision")
    if not Path("/etc/nslab").exists():
        assert "no JupyterLab was set up as a service here; try: ./course lab" in said(*course, "url")
