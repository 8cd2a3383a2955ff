"""A virtual machine that runs, reached by ssh as Vagrant reaches it."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

MACHINES = {
    "x86_64": ["qemu-system-x86_64", "-machine", "q35"],
    "aarch64": ["qemu-system-aarch64", "-machine", "virt"],
}
CONSOLES = {"x86_64": "ttyS0", "aarch64": "ttyAMA0"}
BOOTS_WITHIN = 400


class Guest:
    """A machine that boots from *folder*'s disk, and is ended with the block.

    It has no network but that its ports 22 and 8888 are free ports on this machine's
    loopback: ``ssh_port`` and ``port``.
    """

    def __init__(self, folder: Path, key: Path, memory: int = 2048) -> None:
        self.folder, self._key = folder, key
        self.ssh_port, self.port = _free(), _free()
        ports = {self.ssh_port: 22, self.port: 8888}
        wires = ",".join(f"hostfwd=tcp:127.0.0.1:{here}-:{there}" for here, there in ports.items())
        machine = platform.machine()
        command = [*MACHINES[machine], *_engine(folder), "-smp", "2", "-m", str(memory)]
        command += ["-display", "none", "-nodefaults", "-kernel", "vmlinuz", "-initrd", "initrd.img"]
        command += ["-append", f"root=/dev/vda rw console={CONSOLES[machine]} quiet"]
        command += [
            "-drive",
            "file=disk.raw,format=raw,if=virtio,cache=unsafe,snapshot=on",
            "-serial",
            "file:console.log",
        ]
        command += [
            "-netdev",
            f"user,id=wire,restrict=on,{wires}",
            "-device",
            "virtio-net-pci,netdev=wire",
            "-device",
            "virtio-rng-pci",
        ]
        self._log = (folder / "qemu.log").open("w")
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def __enter__(self) -> Guest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def wait(self) -> None:
        """Wait until one can log in. Raises RuntimeError with its last words if that takes too long."""
        end = time.monotonic() + BOOTS_WITHIN
        while self.run("true", seconds=60).returncode:
            if self._process.poll() is not None or time.monotonic() > end:
                console = self.folder / "console.log"
                told = console.read_text(errors="replace") if console.exists() else ""
                last = "\n".join((told + (self.folder / "qemu.log").read_text()).splitlines()[-15:])
                raise RuntimeError(f"the machine did not boot; its last words:\n{last}")
            time.sleep(2)

    def run(
        self, command: str, seconds: float = 1800, given: bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell *command* as ``vagrant``, with *given* as its input; what it says is in ``stdout``."""
        words = ["ssh", "-q", "-i", str(self._key), "-p", str(self.ssh_port), "-o", "BatchMode=yes"]
        words += [
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "ConnectTimeout=20",
        ]
        words += ["vagrant@127.0.0.1", command]
        try:
            done = subprocess.run(
                words,
                input=given or b"",
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(words, 124, (late.stdout or b"").decode(errors="replace"), "")
        return subprocess.CompletedProcess(words, done.returncode, done.stdout.decode(errors="replace"), "")


def _engine(folder: Path) -> list[str]:
    """Return the options for the processor's own virtualisation if a kernel starts so, else emulation."""
    quick = ["-accel", "kvm", "-cpu", "host"]
    command = [
        *MACHINES[platform.machine()],
        *quick,
        "-m",
        "512",
        "-display",
        "none",
        "-nodefaults",
        "-no-reboot",
    ]
    command += ["-kernel", "vmlinuz", "-append", "panic=-1"]  # without a disk it panics at once, and ends
    try:
        tried = subprocess.run(command, cwd=folder, capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        tried = None
    return quick if tried and tried.returncode == 0 else ["-accel", "tcg,thread=multi", "-cpu", "max"]


def key(folder: Path) -> Path:
    """Make a key to log in with, if there is none, and return its path."""
    path = folder / "key"
    if path.exists():
        return path
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "course", "-f", str(path)],
        check=True,
        timeout=60,
    )
    return path


def missing() -> list[str]:
    """Return which programs are missing here that a machine needs."""
    program = MACHINES[platform.machine()][0]
    needed = (program, "mmdebstrap", "mke2fs", "ssh", "ssh-keygen")
    return [
        name for name in needed if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None
    ]


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
