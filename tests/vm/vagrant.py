"""A real `vagrant up` with libvirt, in namespaces of its own: nothing of it is left when it ends.

It starts itself again in new network, mount and PID namespaces. There libvirt has its own
daemons, bridges and files; a box is packed from the disk of a fresh machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.vm import image
from tests.vm.checks import Failed, checked_link, tell
from tests.vm.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

NEEDED = ("vagrant", "libvirtd", "virtlogd", "virsh", "qemu-img", "dnsmasq", "rsync")
PORT = 8888

READY = """
set -eu
own=$1
mount -t tmpfs run /run
mount -t sysfs sys /sys
mkdir -p /run/libvirt /run/lock /run/dbus "$own/var/images" "$own/etc"
[ -d /var/lib/libvirt ] || { mount -t tmpfs lib /var/lib && mkdir /var/lib/libvirt; }
for file in passwd group; do cp /etc/$file "$own/$file"; done
grep -q ^libvirt-qemu: /etc/passwd || echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin' >> "$own/passwd"
grep -q ^libvirt-qemu: /etc/group || printf 'libvirt-qemu:x:64055:\\nlibvirt:x:64056:\\n' >> "$own/group"
grep -q ^kvm: /etc/group || echo 'kvm:x:64057:' >> "$own/group"
for file in passwd group; do mount --bind "$own/$file" /etc/$file; done
cp -r /etc/libvirt/. "$own/etc/"
cat > "$own/etc/qemu.conf" <<END
user = "root"
group = "root"
dynamic_ownership = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
END
mount --bind "$own/etc" /etc/libvirt
mount --bind "$own/var" /var/lib/libvirt
mount -t tmpfs log /var/log
mkdir -p /var/log/libvirt/qemu
ip link set lo up
dbus-daemon --system --fork || :
virtlogd -d
libvirtd -d
"""

BOX = """
Vagrant.configure("2") do |config|
  config.ssh.private_key_path = "{key}"
  config.ssh.insert_key = false
  config.vm.boot_timeout = 600
  config.vm.provider :libvirt do |libvirt|
    libvirt.driver = "qemu"
    libvirt.kernel = "{folder}/vmlinuz"
    libvirt.initrd = "{folder}/initrd.img"
    libvirt.cmd_line = "root=/dev/vda rw console=ttyS0 quiet"
    libvirt.cpu_mode = "maximum"
    libvirt.machine_type = "q35"
    libvirt.graphics_type = "none"
    libvirt.disk_bus = "virtio"
  end
end
"""


class Vagrant:
    """A copy of the checkout, in which `vagrant` is typed."""

    def __init__(self, folder: Path, disks: Path, key: Path) -> None:
        self.folder, self.disks, self.key = folder, disks, key
        self.project = folder / "project"
        self.url = ""

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        """Return each step's name and what does it; it returns what it found."""
        return [
            ("pack the box", self.box),
            ("vagrant up", self.up),
            ("the link", lambda: checked_link(self.url)),
            ("vagrant ssh", self.told),
            ("my-notebooks", self.outlive),
            *Visit(self).within(),
            ("vagrant reload", self.reload),
            ("vagrant destroy", self.destroy),
        ]

    def box(self) -> str:
        """Make a box of the disk, and a copy of the checkout."""
        box = self.folder / "box"
        box.mkdir()
        self._run("qemu-img", "convert", "-O", "qcow2", f"{self.disks}/disk.raw", f"{box}/box.img")
        said = {"provider": "libvirt", "format": "qcow2", "virtual_size": 8}
        (box / "metadata.json").write_text(json.dumps(said))
        (box / "Vagrantfile").write_text(BOX.format(key=self.key, folder=self.disks))
        self._run("tar", "-C", str(box), "-cf", f"{self.folder}/nslab.box", *os.listdir(box))
        shutil.rmtree(box)
        shutil.copytree(image.ROOT, self.project, ignore=shutil.ignore_patterns(*image.LEFT_OUT))
        self.vagrant("box", "add", "--name", "nslab", f"{self.folder}/nslab.box")
        return f"{os.stat(f'{self.folder}/nslab.box').st_size >> 20} MiB"

    def up(self) -> str:
        """Make the machine; the link is the last thing that is said."""
        said = self.vagrant("up", "--provider=libvirt")
        found = re.findall(r"http://127\.0\.0\.1:\d+/lab\?token=[0-9a-f]+", said)
        if not found or found[-1] not in said.strip().splitlines()[-1]:
            raise Failed(f"no link at the end: {said[-2000:]}")
        self.url = found[-1]
        return "it ends with the link"

    def told(self) -> str:
        """Ask for the link as the README says."""
        if (said := self.vagrant("ssh", "-c", "course url").strip().splitlines()[-1]) != self.url:
            raise Failed(f"another link: {said}")
        return "course url gives the same link"

    def outlive(self) -> str:
        """Save something as the learner, and look for it on this side."""
        self.vagrant("ssh", "-c", "sudo -u learner sh -c 'echo mine > /srv/nslab-notebooks/mine.txt'")
        if (self.project / "my-notebooks" / "mine.txt").read_text() != "mine\n":
            raise Failed("what the learner saves does not arrive")
        return "what the learner saves is here"

    def reload(self) -> str:
        """Start the machine again."""
        said = self.vagrant("reload")
        if self.url not in said.strip().splitlines()[-1]:
            raise Failed(f"the link has changed: {said[-2000:]}")
        checked_link(self.url)
        return "the same link leads there again"

    def destroy(self) -> str:
        """Throw the machine away; what was saved stays."""
        self.vagrant("destroy", "-f")
        kept = self.project / "my-notebooks"
        if not ((kept / "mine.txt").exists() and (kept / "00_start_here.ipynb").exists()):
            raise Failed("notebooks went with the machine")
        return "the notebooks have outlived it"

    def run(
        self, command: str, seconds: float = 1800, given: bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell *command* in the machine; what it says is in ``stdout``."""
        words = ["vagrant", "ssh", "--no-tty", "-c", command]
        done = subprocess.run(
            words,
            cwd=self.project,
            env=self._environment(),
            input=given or b"",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
        said = done.stdout.decode(errors="replace").replace("\r\n", "\n")
        return subprocess.CompletedProcess(words, done.returncode, said, "")

    def vagrant(self, *words: str) -> str:
        """Return what vagrant says."""
        return self._run("vagrant", *words, cwd=self.project if self.project.exists() else self.folder)

    def _run(self, *words: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            words, cwd=cwd, env=self._environment(), capture_output=True, text=True, check=False
        )
        with (self.folder / "log").open("a") as log:
            log.write(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}")
        if done.returncode:
            last = (done.stdout + done.stderr)[-3000:]
            raise Failed(f"{' '.join(words)} ended with {done.returncode}:\n{last}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOME": str(self.folder),
            "VAGRANT_HOME": str(self.folder / "vagrant.d"),
            "VAGRANT_NO_COLOR": "1",
            "NSLAB_BOX": "nslab",
            "NSLAB_SHARE": "9p",
            "NSLAB_PORT": str(PORT),
        }


def missing() -> list[str]:
    """Return which programs are missing here for it."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    return [name for name in NEEDED if shutil.which(name, path=path) is None]


def apart(folder: Path, disks: Path, key: Path) -> int:
    """Start this module in namespaces of its own, which end with it; return its exit status."""
    if os.geteuid() != 0:
        print("vagrant with libvirt takes root, whose bridges are made in a namespace; this was left out")
        return 1
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command += [sys.executable, "-m", "tests.vm.vagrant", str(folder), str(disks), str(key)]
    return subprocess.run(command, cwd=image.ROOT, check=False).returncode


def main(folder: Path, disks: Path, key: Path) -> int:
    """Be inside: start libvirt, try each step, and return the exit status."""
    started = time.monotonic()
    folder.mkdir(exist_ok=True)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    step = "libvirt"
    try:
        ready = subprocess.run(
            ["sh", "-c", READY, "sh", str(folder)], capture_output=True, text=True, check=False
        )
        if ready.returncode:
            raise Failed(ready.stderr)
        for step, do in Vagrant(folder, disks, key).steps():
            tell("vagrant", started, step, do())
    except Failed as failure:
        tell("vagrant", started, step, f"FAILED: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
