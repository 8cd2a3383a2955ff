"""Build a fresh machine of each Debian suite, provision it as the Vagrantfile says, and try the course.

Run it: ./course test --vm [SUITE...] [--keep FOLDER]. Suites are bookworm and trixie; both if none is named.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shlex
import shutil
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from tests.vm import guest as guests
from tests.vm import image

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.vm.guest import Guest

LEFT_OUT = {".git", ".venv", ".venv.lock", ".learner", ".vagrant", "my-notebooks"}
KERNEL_TESTS = "tests/linux tests/lab/test_safety.py tests/lab/test_faults.py tests/front/test_networking.py"
CHAPTERS = ("00_start_here", "04_mount_namespaces", "07_pid_namespaces", "10_container_networking")
RESTRICTED = "kernel.apparmor_restrict_unprivileged_userns"


class Failed(Exception):
    """A step did not do what it should."""


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
                if path.name not in LEFT_OUT:
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
        token = url.partition("?token=")[2]
        if (
            len(token) != 48
            or self.said("sudo stat -c %a:%U:%G /etc/nslab/jupyter_server_config.json") != "640:root:learner"
        ):
            raise Failed(f"no token in {url!r}, or others may read it")
        base = f"http://127.0.0.1:{port}/api/contents?token="
        answers = [_status(base + token), _status(base), _status(base + token, host="evil.example")]
        if answers != [200, 403, 403]:
            raise Failed(f"with the token, without it, by another name: {answers}, not 200, 403, 403")
        names = json.loads(_fetch(base + token))["content"]
        if not any(each["name"] == "00_start_here.ipynb" for each in names):
            raise Failed("the notebooks are not there")
        return "200 with the token, 403 without it, 403 by another name"

    def doctor(self) -> str:
        """Ask the doctor, as the learner."""
        done = self.guest.run(_as_learner(".venv/bin/python -m nslab doctor --json"))
        if done.returncode:
            raise Failed(done.stdout)
        (self.guest.folder / "doctor.json").write_text(done.stdout)
        return self.said(_as_learner(".venv/bin/python -m nslab doctor")).splitlines()[-1]

    def apparmor(self) -> str:
        """See that the course's Python has leave where the kernel keeps user namespaces from programs."""
        if self.guest.run(f"sudo sysctl -qw {RESTRICTED}=1").returncode:
            return "this kernel has no such restriction"
        try:
            refused = self.guest.run(_as_learner("/usr/bin/python3 -m nslab doctor"))
            allowed = self.guest.run(_as_learner(".venv/bin/python -m nslab doctor"))
        finally:
            self.said(f"sudo sysctl -qw {RESTRICTED}=0")
        if allowed.returncode:
            raise Failed(f"the profile does not help: {allowed.stdout}")
        return (
            "other programs are " + ("refused" if refused.returncode else "allowed too") + ", ours has leave"
        )

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


def _fetch(url: str, host: str | None = None) -> bytes:
    asked = urllib.request.Request(url, headers={"Host": host} if host else {})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        body: bytes = answer.read()
        return body


def _status(url: str, host: str | None = None) -> int:
    try:
        _fetch(url, host)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def visit(suite: str, folder: Path) -> bool:
    """Build a machine of *suite* in *folder* and try each step; return whether all went well."""
    started = time.monotonic()

    def tell(step: str, said: str) -> None:
        print(f"{suite:<9} {time.monotonic() - started:6.0f} s  {step:<20} {said}", flush=True)

    key = folder / "key"
    if not key.exists():
        guests.key(folder)
    if not (folder / suite).exists():
        image.build(folder / suite, suite, key)
    tell("build", "the disk is made")
    with guests.Guest(folder / suite, key) as guest:
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
    parser = argparse.ArgumentParser(prog="./course test --vm", description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="*", help=f"of {', '.join(image.PYTHON)}; all if none is named")
    parser.add_argument("--keep", type=Path, help="use this folder for disks and logs, and leave it there")
    asked = parser.parse_args()
    suites = asked.suites or list(image.PYTHON)
    if wrong := set(suites) - set(image.PYTHON):
        parser.error(f"there is no suite {', '.join(sorted(wrong))} here; take of {', '.join(image.PYTHON)}")
    if lacking := guests.missing():
        print(f"these programs are missing: {', '.join(lacking)}", file=sys.stderr)
        return 2
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="course-vm-"))
    folder.mkdir(exist_ok=True)
    try:
        results = {suite: visit(suite, folder) for suite in suites}
    finally:
        if not asked.keep:
            shutil.rmtree(folder)
    print("  ".join(f"{suite}: {'passed' if well else 'FAILED'}" for suite, well in results.items()))
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
