"""Build a fresh machine of each Debian suite, provision it as the Vagrantfile says, and try the course.

Run it: ./course test --vm [KIND...] [--keep FOLDER]. Kinds are the suites bookworm and trixie, which boot in
qemu and are provisioned over ssh, and vagrant, which is a real `vagrant up`; all if none is named.
"""

from __future__ import annotations

import argparse
import io
import re
import shlex
import shutil
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.vm import guest as guests
from tests.vm import image, vagrant
from tests.vm.checks import Failed, checked_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.vm.guest import Guest

KERNEL_TESTS = "tests/linux tests/lab/test_safety.py tests/front/test_networking.py"
CHAPTERS = ("00_start_here", "04_mount_namespaces", "07_pid_namespaces", "10_container_networking")
VAGRANT, BOX = "vagrant", "trixie"
"""The machine that Vagrant makes, and the suite whose disk its box is."""

MEDIATED = "/sys/kernel/security/apparmor/features/namespaces/mask"


class Visit:
    """One machine, and the steps that are tried in it."""

    def __init__(self, guest: Guest, suite: str) -> None:
        self.guest, self.suite = guest, suite
        self.notes: list[str] = []

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        """Return each step's name and what does it; it returns what it found."""
        return [
            ("boot", self.boot),
            ("share the checkout", self.share),
            ("provision", self.provision),
            ("provision again", self.again),
            ("course url", self.link),
            ("doctor", self.doctor),
            ("AppArmor", self.apparmor),
            ("kernel tests", lambda: self.tests(KERNEL_TESTS)),
            ("chapters", lambda: self.tests(" ".join(f"notebooks/{name}.ipynb" for name in CHAPTERS))),
            ("restart", self.restart),
        ]

    def boot(self) -> str:
        """Wait for it, and see what runs there."""
        self.guest.wait()
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

    def link(self) -> str:
        """Open the link from outside; without the token, or by another host name, nothing is to be had."""
        port = self.guest.port
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


def visit(kind: str, folder: Path) -> bool:
    """Build a machine of *kind* in *folder* and try each step; return whether all went well."""
    started = time.monotonic()

    def tell(step: str, said: str) -> None:
        print(f"{kind:<9} {time.monotonic() - started:6.0f} s  {step:<20} {said}", flush=True)

    suite = BOX if kind == VAGRANT else kind
    key, disks = folder / "key", folder / suite
    if not key.exists():
        guests.key(folder)
    if not disks.exists():
        image.build(disks, suite, key)
        tell("build", f"the disk of {suite} is made")
    if kind == VAGRANT:
        return vagrant.apart(folder / VAGRANT, disks, key) == 0
    with guests.Guest(disks, key) as guest:
        step = "start"
        try:
            for step, do in Visit(guest, suite).steps():
                tell(step, do())
        except (Failed, RuntimeError) as failure:
            tell(step, f"FAILED: {failure}")
            return False
    return True


def main() -> int:
    """Visit each machine; return the exit status."""
    known = [*image.PYTHON, VAGRANT]
    parser = argparse.ArgumentParser(prog="./course test --vm", description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(known)}; all if none is named")
    parser.add_argument("--keep", type=Path, help="use this folder for disks and logs, and leave it there")
    asked = parser.parse_args()
    kinds = asked.kinds or known
    if wrong := set(kinds) - set(known):
        parser.error(f"there is no {', '.join(sorted(wrong))} here; take of {', '.join(known)}")
    if lacking := guests.missing() + (vagrant.missing() if VAGRANT in kinds else []):
        print(f"these programs are missing: {', '.join(lacking)}", file=sys.stderr)
        return 2
    folder = (asked.keep or Path(tempfile.mkdtemp(prefix="course-vm-"))).resolve()
    folder.mkdir(exist_ok=True)
    try:
        results = {kind: visit(kind, folder) for kind in kinds}
    finally:
        if not asked.keep:
            shutil.rmtree(folder)
    print("  ".join(f"{kind}: {'passed' if well else 'FAILED'}" for kind, well in results.items()))
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
