"""Build a fresh machine of each Debian suite, provision it as the Vagrantfile says, and try the course.

Run it: ./course test --vm [KIND...] [--keep FOLDER]. Kinds are the suites bookworm and trixie, which boot in
qemu and are provisioned over ssh, and vagrant, which is a real `vagrant up` of trixie; if none is named,
bookworm and vagrant, for an older kernel and a newer one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.vm import guest as guests
from tests.vm import image, vagrant
from tests.vm.checks import Failed
from tests.vm.visit import Visit

VAGRANT, BOX = "vagrant", "trixie"
"""The machine that Vagrant makes, and the suite whose disk its box is."""

USUAL = ("bookworm", VAGRANT)


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
        step = "boot"
        try:
            guest.wait()
            for step, do in Visit(guest).steps(guest.port):
                tell(step, do())
        except (Failed, RuntimeError) as failure:
            tell(step, f"FAILED: {failure}")
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
