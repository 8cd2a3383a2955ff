"""The disk of a fresh machine: Debian from the archive that this machine uses, as a Vagrant box has it."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOX = "linux-image-{arch},systemd-sysv,udev,dbus,openssh-server,sudo,apparmor,ca-certificates,python3,rsync"
"""What is in a box: what boots, what Vagrant needs, and what Ubuntu has beside it."""

FOR_LATER = "python3-venv uidmap nftables procps busybox-static iputils-ping iproute2"
"""What `course` installs in the machine, from the packages that lie ready in its cache: it has no network."""

LEFT_OUT = {".git", ".venv", ".venv.lock", ".learner", ".vagrant", "my-notebooks", "__pycache__"}
"""What of a checkout is not the course's: history, environments, caches."""

SIZE = "8G"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PYTHON = {"bookworm": "3.11", "trixie": "3.13"}
ARCHES = {"x86_64": "amd64", "aarch64": "arm64"}

SETUP = """
set -eu
root=$1
echo nslab > "$root/etc/hostname"
printf '127.0.0.1 localhost nslab\\n' > "$root/etc/hosts"
echo '/dev/vda / ext4 defaults 0 1' > "$root/etc/fstab"
printf '[Match]\\nType=ether\\n[Network]\\nDHCP=ipv4\\n' > "$root/etc/systemd/network/wire.network"
printf '[global]\\nno-index = true\\nfind-links = /var/local/wheels\\n' > "$root/etc/pip.conf"
chroot "$root" systemctl --quiet enable systemd-networkd
chroot "$root" systemctl --quiet mask serial-getty@ttyS0 serial-getty@ttyAMA0 \\
    systemd-networkd-wait-online apt-daily.timer apt-daily-upgrade.timer
chroot "$root" useradd --create-home --shell /bin/bash vagrant
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/vagrant"
mkdir -m 700 "$root/home/vagrant/.ssh"
cp "$KEY.pub" "$root/home/vagrant/.ssh/authorized_keys"
chroot "$root" chown -R vagrant: /home/vagrant/.ssh
mkdir "$root/vagrant"
chroot "$root" chown vagrant: /vagrant
mkdir -p "$root/var/local/wheels"
cp "$WHEELS"/* "$root/var/local/wheels/"
echo update_initramfs=no > "$root/etc/initramfs-tools/update-initramfs.conf"
chroot "$root" apt-get install -qq -y --download-only --no-install-recommends $FOR_LATER
: > "$root/etc/resolv.conf"
"""


def build(folder: Path, suite: str, key: Path) -> Path:
    """Make ``disk.raw``, ``vmlinuz`` and ``initrd.img`` of Debian *suite* in *folder*; return the folder.

    *key* may log in as ``vagrant``. Raises RuntimeError when the archive or a package
    is out of reach.
    """
    folder.mkdir()
    wheels = _wheels(folder / "wheels", PYTHON[suite])
    (folder / "setup").write_text(SETUP)
    environment = {**os.environ, "WHEELS": str(wheels), "KEY": str(key), "FOR_LATER": FOR_LATER}
    command = [
        "mmdebstrap",
        "--quiet",
        "--variant=apt",
        f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
    ]
    command += ['--aptopt=Apt::Install-Recommends "false"', "--skip=cleanup/apt"]
    command += [
        f"--aptopt={path}" for path in sorted(Path("/etc/apt/apt.conf.d").glob("*")) if _concerns(path)
    ]
    command += [f"--include={BOX.format(arch=ARCHES[platform.machine()])}"]
    command += [f'--customize-hook=sh {folder}/setup "$1"', suite, str(folder / "root.tar"), "-"]
    _run(command, environment, text=_sources(suite))
    disk = (
        f"mkdir {folder}/tree && tar -C {folder}/tree --numeric-owner -xf {folder}/root.tar"
        f" && mke2fs -q -t ext4 -d {folder}/tree {folder}/disk.raw {SIZE}"
        f" && cp {folder}/tree/boot/vmlinuz-* {folder}/vmlinuz"
        f" && cp {folder}/tree/boot/initrd.img-* {folder}/initrd.img"
        f" && rm -rf {folder}/tree {folder}/root.tar"
    )
    outer = [] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--map-auto"]
    _run([*outer, "sh", "-c", disk], environment)
    shutil.rmtree(wheels)
    return folder


def _concerns(path: Path) -> bool:
    """Whether a file of apt's settings says how to reach the archive."""
    told = path.read_text(errors="replace") if path.is_file() else ""
    return "Acquire::" in told and "Acquire::IndexTargets" not in told


def _sources(suite: str) -> str:
    """Return where this machine has Debian from, for *suite*."""
    found = []
    for path in sorted([Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]):
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        for line in path.read_text().splitlines():
            words = [word for word in line.split() if not word.startswith("[") and not word.endswith("]")]
            if line.startswith("URIs:"):
                found += words[1:]
            elif words[:1] == ["deb"]:
                found.append(words[1])
    for uri in found:
        if uri.rstrip("/").endswith("/debian"):
            return f"deb [signed-by={KEYRING}] {uri} {suite} main\n"
    raise RuntimeError("this machine has no Debian archive among its sources; the machine can't be built")


def _wheels(folder: Path, version: str) -> Path:
    """Fetch the pinned packages for Python *version*, as this machine fetches them."""
    folder.mkdir()
    machine = platform.machine()
    kinds = [f"manylinux_2_{minor}_{machine}" for minor in range(36, 4, -1)]
    kinds += [
        f"manylinux2014_{machine}",
        f"manylinux2010_{machine}",
        f"manylinux1_{machine}",
        f"linux_{machine}",
    ]
    command = [
        str(ROOT / "course"),
        "python",
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder),
    ]
    command += ["--only-binary", ":all:", "--python-version", version, "--implementation", "cp"]
    command += [word for kind in kinds for word in ("--platform", kind)]
    _run([*command, "-r", str(ROOT / "requirements.txt")], dict(os.environ))
    return folder


def _run(command: list[str], environment: dict[str, str], text: str | None = None) -> None:
    done = subprocess.run(command, env=environment, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise RuntimeError(f"{shlex.join(command)[:200]} failed:\n{last}")
