"""The doctor finds what is missing by trying, and names layer and remedy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nslab import Lab, doctor
from nslab.doctor import Probe
from nslab.state.report import Answer, Report


def under(setting: str, script: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a user namespace of its own where *setting* was made first."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    line = f'{setting}; exec "$0" -c "$1"'
    words = ["unshare", "--user", "--map-root-user", "sh", "-c", line, sys.executable, script]
    return subprocess.run(words, capture_output=True, text=True, env=environment, check=False)


SHOW = "from nslab import doctor; print(doctor.report())"


def test_what_works_is_yes_and_what_does_not_says_what_the_machine_said() -> None:
    with Lab(quiet=True) as lab:
        works = doctor._try(Probe("this", "0", "true", "-"), lab.host)
        fails = doctor._try(Probe("that", "0", "echo broken pipe >&2; false", "mend it"), lab.host)
        silent = doctor._try(Probe("silence", "0", "false", "mend it"), lab.host)
    assert works.works
    assert (fails.works, fails.said, fails.remedy) == (False, "broken pipe", "mend it")
    assert silent.said == "refused without a word"


def test_a_report_reads_as_a_table() -> None:
    report = Report((Answer("this", "1", True), Answer("that thing", "2", False, "EPERM", "do so")))
    assert str(report).splitlines() == [
        "yes  this        chapter 1",
        "NO   that thing  chapter 2",
        "     said:   EPERM",
        "     remedy: do so",
        "Some sections won't run here; see above.",
    ]


@pytest.mark.parametrize("kind", ["user", "mnt", "net", "pid"])
def test_a_limit_at_zero_is_named_with_its_setting(kind: str) -> None:
    done = under(f"echo 0 > /proc/sys/user/max_{kind}_namespaces", SHOW)
    assert "NO   a lab" in done.stdout, done.stderr
    assert "ENOSPC" in done.stdout
    assert "limits in /proc/sys/user" in done.stdout
    assert "sysctl user.max_user_namespaces" in done.stdout


def test_a_masked_proc_is_named() -> None:
    setting = "mount -t tmpfs mask /proc/sys/fs 2>/dev/null || mount -t tmpfs mask /proc/acpi"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{setting}; exec "$0" -c "$1"']
    done = subprocess.run(
        [*words, sys.executable, SHOW], capture_output=True, text=True, env=environment, check=False
    )
    assert "own root file system" in done.stdout, done.stderr
    assert "masks parts of /proc" in done.stdout


def test_the_command_line_has_a_status_for_each_outcome() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    wrong = subprocess.run(
        [sys.executable, "-m", "nslab", "cure"], capture_output=True, text=True, env=environment, check=False
    )
    assert (wrong.returncode, wrong.stderr) == (2, "usage: nslab doctor [--json]\n")
    failing = under(
        "echo 0 > /proc/sys/user/max_user_namespaces",
        "import sys; sys.argv = ['nslab', 'doctor']\nfrom nslab.__main__ import main; sys.exit(main())",
    )
    assert failing.returncode == 1
    assert "NO   a lab" in failing.stdout
