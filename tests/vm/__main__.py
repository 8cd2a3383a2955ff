"""Build a fresh machine of each Debian suite, provision it as the Vagrantfile says, and try the course.

Run it: ./course test --vm [KIND...] [--keep FOLDER]. Kinds are the suites bookworm and trixie, which boot in
qemu and are provisioned over ssh, and vagrant, which is a real `vagrant up` of trixie; if none is named,
bookworm and vagrant, for an older kernel and a newer one.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.vm import guest as guests
from tests.vm import image, vagrant
from tests.vm.checks import Failed, tell
from tests.vm.visit import Visit

VAGRANT, BOX = "vagrant", "trixie"
"""The machine that Vagrant makes, and the suite whose disk its box is."""

USUAL = ("bookworm", VAGRANT)


def built(suite: str, folder: Path, key: Path) -> str:
    """Make the disk of *suite* if it is not there; return what was done."""
    if (folder / suite).exists():
        return f"the disk of {suite} was there"
    started = time.monotonic()
    image.build(folder / suite, suite, key)
    return f"the disk of {suite} is made, in {time.monotonic() - started:.0f} s"


def visit(kind: str, disks: Path, key: Path) -> bool:
    """Start a machine of *kind* and try each step; return whether all went well."""
    if kind == VAGRANT:
        return vagrant.apart(disks.parent / VAGRANT, disks, key) == 0
    started, step = time.monotonic(), "boot"
    with guests.Guest(disks, key) as guest:
        try:
            guest.wait()
            for step, do in Visit(guest).steps(guest.port):
                tell(kind, started, step, do())
        except (Failed, RuntimeError) as failure:
            tell(kind, started, step, f"FAILED: {failure}")
            return False
    return True


def main() -> int:
    """Visit each machine; return the exit status."""
    known = [*image.PYTHON, VAGRANT]
    parser = argparse.ArgumentParser(prog="./course test --vm", description=__doc__.splitlines()[0])
    parser.add_argument(
        "kinds", nargs="*", help=f"of {', '.join(known)}; {' and '.join(USUAL)} if none is named"
    )
    parser.add_argument("--keep", type=Path, help="use this folder for disks and logs, and leave it there")
    asked = parser.parse_args()
    kinds = asked.kinds or USUAL
    if wrong := set(kinds) - set(known):
        parser.error(f"there is no {', '.join(sorted(wrong))} here; take of {', '.join(known)}")
    if lacking := guests.missing() + (vagrant.missing() if VAGRANT in kinds else []):
        print(f"these programs are missing: {', '.join(lacking)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell ignores for what runs behind it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = (asked.keep or Path(tempfile.mkdtemp(prefix="course-vm-"))).resolve()
    folder.mkdir(exist_ok=True)
    started, results = time.monotonic(), {}
    try:
        key = guests.key(folder)
        with ThreadPoolExecutor(1) as builder:  # the next disk, while a machine runs
            suites = [BOX if kind == VAGRANT else kind for kind in kinds]
            disks = [builder.submit(built, suite, folder, key) for suite in suites]
            for kind, suite, disk in zip(kinds, suites, disks, strict=True):
                try:
                    tell(kind, started, "build", disk.result())
                except RuntimeError as failure:
                    tell(kind, started, "build", f"FAILED: {failure}")
                    results[kind] = False
                else:
                    results[kind] = visit(kind, folder / suite, key)
    finally:
        if not asked.keep:
            shutil.rmtree(folder)
    print(f"{time.monotonic() - started:.0f} s in all")
    print("  ".join(f"{kind}: {'passed' if well else 'FAILED'}" for kind, well in results.items()))
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
