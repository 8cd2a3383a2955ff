"""What is tried in a fresh machine, step by step."""

from __future__ import annotations

import io
import re
import shlex
import tarfile
import time
from typing import TYPE_CHECKING, Protocol

from tests.vm import image
from tests.vm.checks import Failed, checked_link

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

KERNEL_TESTS = "tests/linux tests/lab/test_safety.py tests/front/test_networking.py"
CHAPTERS = ("00_start_here", "04_mount_namespaces", "07_pid_namespaces", "10_container_networking")
MEDIATED = "/sys/kernel/security/apparmor/features/namespaces/mask"


class Machine(Protocol):
    """A machine in which commands can be run as `vagrant`."""

    folder: Path

    def run(
        self, command: str, seconds: float = 1800, given: bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell command; what it says is in ``stdout``."""


class Visit:
    """One machine, and the steps that are tried in it."""

    def __init__(self, guest: Machine) -> None:
        self.guest = guest

    def steps(self, port: int) -> list[tuple[str, Callable[[], str]]]:
        """Return each step, and what does it and returns what it found; *port* leads to JupyterLab."""
        return [
            ("share the checkout", self.share),
            ("provision", self.provision),
            ("provision again", self.again),
            ("course url", lambda: self.link(port)),
            *self.within(),
            ("restart", self.restart),
        ]

    def within(self) -> list[tuple[str, Callable[[], str]]]:
        """Return the steps for a machine that is provisioned."""
        return [
            ("system", self.system),
            ("doctor", self.doctor),
            ("AppArmor", self.apparmor),
            ("kernel tests", lambda: self.tests(KERNEL_TESTS)),
            ("chapters", lambda: self.tests(" ".join(f"notebooks/{name}.ipynb" for name in CHAPTERS))),
        ]

    def system(self) -> str:
        """See what runs there."""
        return self.said("echo Linux $(uname -r), $(cat /proc/1/comm) is process 1, $(nproc) processors")

    def share(self) -> str:
        """Put this checkout where Vagrant shares it."""
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as archive:
            for path in sorted(image.ROOT.iterdir()):
                if path.name not in image.LEFT_OUT:
                    archive.add(
                        path, path.name, filter=lambda each: None if "__pycache__" in each.name else each
                    )
        done = self.guest.run("tar -C /vagrant --no-same-owner -xf -", given=made.getvalue())
        if done.returncode:
            raise Failed(done.stdout)
        return f"{len(made.getvalue()) >> 20} MiB"

    def provision(self) -> str:
        """Do what the Vagrantfile's provisioner does, as root."""
        self.said(f"sudo sh -c {shlex.quote(provisioner())}")
        state = self.said("systemctl is-active nslab; systemctl show -p User --value nslab")
        if state.split() != ["active", "learner"]:
            raise Failed(f"the service is not as it should be: {state}")
        return self.said("systemctl show -p MainPID --value nslab | xargs -I{} ps -o user=,args= -p {}")[:100]

    def again(self) -> str:
        """Provision once more: nothing is restarted, no token changes."""
        look = "systemctl show -p MainPID --value nslab; course url"
        before, started = self.said(look), time.monotonic()
        self.said(f"sudo sh -c {shlex.quote(provisioner())}")
        if self.said(look) != before:
            raise Failed("it restarted the service or changed the link")
        return f"nothing changed, {time.monotonic() - started:.0f} s"

    def link(self, port: int) -> str:
        """Open the link from outside; without the token, or by another host name, nothing is to be had."""
        url = self.said(f"sudo course url {port}")
        if self.said("course url") != url:
            raise Failed("the port is not kept")
        if self.said("sudo stat -c %a:%U:%G /etc/nslab/jupyter_server_config.json") != "640:root:learner":
            raise Failed("others may read the token")
        return checked_link(url)

    def doctor(self) -> str:
        """Ask the doctor, as the learner."""
        done = self.guest.run(_as_learner(".venv/bin/python -m nslab doctor --json"))
        if done.returncode:
            raise Failed(done.stdout)
        (self.guest.folder / "doctor.json").write_text(done.stdout)
        return self.said(_as_learner(".venv/bin/python -m nslab doctor")).splitlines()[-1]

    def apparmor(self) -> str:
        """See that the profile is the course's Python's and its children's, and no other program's."""
        if self.guest.run(f"sudo grep -q userns_create {MEDIATED}").returncode:
            return "this kernel's AppArmor does not mediate user namespaces"
        look = "import subprocess; subprocess.run(['cat', '/proc/self/attr/current'])"
        ours, theirs = (
            self.said(_as_learner(f"{program} -c {shlex.quote(look)}"))
            for program in (".venv/bin/python", "/usr/bin/python3")
        )
        if (ours, theirs) != ("nslab (unconfined)", "unconfined"):
            raise Failed(f"the course's Python runs as {ours}, another as {theirs}")
        return "the course's Python and its children have the profile, another Python has not"

    def tests(self, which: str) -> str:
        """Run tests as the learner, and return pytest's last line."""
        command = f".venv/bin/python -m pytest -p no:cacheprovider -q --color=no {which}"
        done = self.guest.run(_as_learner(command))
        (self.guest.folder / f"{which.partition('/')[0]}.log").write_text(done.stdout)
        if done.returncode:
            raise Failed("\n".join(done.stdout.splitlines()[-60:]))
        return done.stdout.strip().splitlines()[-1]

    def restart(self) -> str:
        """Kill JupyterLab: the service starts it again."""
        before = self.said("systemctl show -p MainPID --value nslab")
        self.said(f"sudo kill -KILL {before}")
        for _ in range(60):
            time.sleep(2)
            now = self.said(
                "systemctl is-active nslab; systemctl show -p MainPID --value nslab", fails=True
            ).split()
            if now[:1] == ["active"] and now[1] not in (before, "0"):
                return "it was started again"
        raise Failed(f"it was not started again: {now}")

    def said(self, command: str, *, fails: bool = False) -> str:
        """Return what *command* says; it must succeed unless it may *fail*."""
        done = self.guest.run(command)
        if done.returncode and not fails:
            raise Failed(f"{command} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout.strip()


def provisioner() -> str:
    """Return the command of the Vagrantfile's provisioner."""
    found = re.search(r'inline: "([^"]*)"', (image.ROOT / "Vagrantfile").read_text())
    assert found is not None
    return found[1]


def _as_learner(command: str) -> str:
    return f"sudo -iu learner env -C /opt/nslab LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 {command}"
