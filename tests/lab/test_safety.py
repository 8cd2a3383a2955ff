"""What a lab's root tries against the machine and does not get: the threat model's attempts, as a table."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nslab import Lab, SpaceGone
from nslab.linux.keyring import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "what-only-the-machine-knows"


@dataclass(frozen=True)
class Machine:
    """Things of the machine that a lab must not reach."""

    file: Path
    process: int
    port: int
    abstract: str
    key: int


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A file, a process in its folder, a TCP and an abstract service, and a key in the session keyring."""
    file = tmp_path / "file"
    file.write_text(SECRET)
    abstract = f"\0nslab-test-{os.getpid()}"
    with (
        subprocess.Popen(["sleep", "1000"], cwd=tmp_path) as process,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        unix.bind(abstract)
        unix.listen()
        yield Machine(file, process.pid, tcp.getsockname()[1], abstract, add_key())
        assert process.poll() is None, "the machine's process is gone"
        assert file.read_text() == SECRET
        for server in (tcp, unix):
            server.settimeout(0)
            with pytest.raises(BlockingIOError):
                server.accept()
        process.kill()


def add_key() -> int:
    """Put a key into this process's session keyring; return its number, -1 where keys are refused."""
    number = {"x86_64": 248, "aarch64": 217}[os.uname().machine]
    library = ctypes.CDLL(None)
    return int(library.syscall(number, b"user", b"nslab-test", SECRET.encode(), len(SECRET), -3))


ATTEMPTS = {
    "write the machine's file": "echo gone > {file}",
    "read the machine's file": "cat {file}",
    "write into /usr": "touch /usr/bin/nslab-test",
    "write over a program": "echo > /usr/bin/env",
    "remount /usr for writing": "mount -o remount,bind,rw /usr",
    "remount a copy of /usr for writing": "mount --bind /usr /mnt && mount -o remount,bind,rw /mnt",
    "remount /usr in a further user namespace": "unshare --user --map-root-user --mount "
    "mount -o remount,bind,rw /usr",
    "uncover what /usr covers": "umount -l /usr",
    "uncover the root below": "umount -l / && ls {file}",
    "move /usr away": "mount --move /usr /mnt",
    "overlay /usr and write through": "mkdir -p /mnt/l && mount --bind / /mnt/l && touch /mnt/l/usr/bin/x",
    "write through /proc/1/root": "echo gone > /proc/1/root{file}",
    "find the file from any process": "cat /proc/*/root{file} /proc/*/cwd/file 2>/dev/null | grep .",
    "see the machine's process": "ls -d /proc/{process}",
    "signal the machine's process": "kill -CONT {process}",
    "look in the machine's process list": "cat /proc/*/cmdline | tr '\\0' ' ' | grep 'sleep 100[0]'",
    "reach a loopback service": "bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'",
    "make a block device": "mknod /mnt/disk b 252 0",
    "make a character device": "mknod /mnt/mem c 1 1",
    "make it in a tmpfs of its own": "mount -t tmpfs -o dev t /mnt && mknod /mnt/kmsg c 1 11",
    "read the machine's memory": "head -c 1 /dev/mem || head -c 1 /proc/kcore",
    "mount the machine's disk": "for d in $(awk 'NR > 2 {{ print $4 }}' /proc/partitions); do "
    "mount -t ext4 /dev/$d /mnt && exit 0; done; exit 1",
    "choose who gets core dumps": "echo '|/mnt/x' > /proc/sys/kernel/core_pattern",
    "change a setting of memory": "echo 1 > /proc/sys/vm/drop_caches",
    "change a limit of the kernel": "echo 5 > /proc/sys/kernel/threads-max",
    "press a SysRq key": "echo h > /proc/sysrq-trigger",
    "set the clock": "date -s 2001-01-01",
    "choose the modules' loader": "echo /mnt/x > /proc/sys/kernel/modprobe",
    "use swap": "truncate -s 1M /mnt/s; /usr/sbin/mkswap /mnt/s && /usr/sbin/swapon /mnt/s",
    "write the notebook's Python": "for e in /proc/[0-9]*/exe; do : >> $e && exit 0; done 2>&1; exit 1",
    "raise the bound on processes": "ulimit -Hu unlimited",
    "go first for memory no more": "echo 0 > /proc/1/oom_score_adj && echo -500 > /proc/1/oom_score_adj",
    "read the kernel's messages": "dmesg",
    "change the machine's cgroups": "mount -t cgroup2 c /mnt && mkdir /mnt/nslab-test",
    "trace with the kernel's own tools": "mount -t tracefs t /mnt || mount -t debugfs d /mnt",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_shell_of_the_labs_root_does_not_get(attempt: str, machine: Machine, lab: Lab) -> None:
    line = ATTEMPTS[attempt].format(file=machine.file, process=machine.process, port=machine.port)
    tried = lab.host.run(line)
    assert tried.status != 0, tried.output
    assert SECRET not in tried.output


def call(name: str, *arguments: object) -> str:
    """Make a call of the C library or of the kernel; return "done", or its error's name."""
    import ctypes
    import errno

    library = ctypes.CDLL(None, use_errno=True)
    result = getattr(library, name)(*arguments)
    return errno.errorcode[ctypes.get_errno()] if result == -1 else "done"


CALLS: dict[str, tuple[tuple[object, ...], set[str]]] = {
    "ptrace the machine's process": (("ptrace", 16, "process", 0, 0), {"ESRCH", "EPERM"}),
    "a pidfd of it": (("syscall", 434, "process", 0), {"ESRCH"}),
    "read the key": (
        ("syscall", NUMBERS[os.uname().machine], 11, "key", 0, 0),
        {"EACCES", "ENOKEY", "EINVAL"},
    ),
    "set the host's clock": (("settimeofday", b"\0" * 16, 0), {"EPERM"}),
    "read the kernel's log": (("klogctl", 3, b"\0" * 64, 64), {"EPERM"}),
    "load a module": (
        ("syscall", 175 if os.uname().machine == "x86_64" else 105, 0, 0, 0),
        {"EPERM", "ENOSYS"},
    ),
    "raise a priority": (("setpriority", 0, 0, -10), {"EACCES", "EPERM"}),
}


@pytest.mark.parametrize("attempt", CALLS)
def test_a_call_of_the_labs_root_does_not_get(attempt: str, machine: Machine, lab: Lab) -> None:
    made, errors = CALLS[attempt]
    arguments = [getattr(machine, word) if word in ("process", "key") else word for word in made]
    assert lab.host.call(call, *arguments) in errors


def test_an_abstract_socket_of_the_machine_is_out_of_reach(machine: Machine, lab: Lab) -> None:
    def connect(name: str) -> None:
        import socket

        socket.socket(socket.AF_UNIX).connect(name)

    with pytest.raises(ConnectionRefusedError):
        lab.host.call(connect, machine.abstract)


def test_a_signal_to_everybody_ends_the_lab_alone(machine: Machine, lab: Lab) -> None:
    with pytest.raises(SpaceGone):
        lab.host.run("kill -KILL -1")
    assert Path(f"/proc/{machine.process}").exists()
    assert lab.reset().host.run("echo again").output == "again\n"


def test_a_reboot_ends_the_lab_alone(machine: Machine, lab: Lab) -> None:
    lab.host.run("unshare --pid --fork --mount-proc reboot -ff; true")
    assert Path(f"/proc/{machine.process}").exists()
    assert lab.reset().host.run("echo again").output == "again\n"


def test_no_descriptor_in_a_lab_leads_out(lab: Lab) -> None:
    """Helpers keep sockets, pipes, /dev/null and the lab's /proc, and no process of the machine."""

    def kept() -> list[tuple[str, str]]:
        import os

        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                descriptors = os.listdir(f"/proc/{pid}/fd")
            except OSError:
                if os.path.exists(f"/proc/{pid}/exe"):
                    raise
                continue
            for descriptor in descriptors:
                try:
                    target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
                except FileNotFoundError:
                    continue
                found.append((pid, target.partition(":[")[0]))
        return found

    lab.host.unshare(name="web").run("true")
    lab.host.unshare("pid", name="other").run("true")
    seen = lab.host.call(kept)
    assert len({pid for pid, _ in seen}) >= 4
    assert {target for _, target in seen} <= {"socket", "pipe", "/dev/null", "/proc"}


def test_programs_and_settings_of_the_callers_environment_are_not_taken(tmp_path: Path) -> None:
    for name in ("newuidmap", "newgidmap", "bash", "sh", "true", "ip"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "sitecustomize.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    script = (
        "import os; os.environ.update(PATH={0!r}, PYTHONPATH={0!r}, PYTHONSTARTUP={0!r}, BASH_ENV={0!r}, "
        "TOKEN={1!r}); from nslab import Lab\n"
        "with Lab(quiet=True) as lab:\n"
        " print(lab.host.run('true; ip link; cat /proc/*/environ').output)\n"
        " lab.host.shell('env', print)\n"
    ).format(str(tmp_path), SECRET)
    home = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={"PYTHONPATH": home}, check=True
    )
    assert "PATH=/usr/local/sbin" in done.stdout
    assert SECRET not in done.stdout
    assert not (tmp_path / "ran").exists()


def test_what_agents_say_is_never_run() -> None:
    """Bytes of a space become plain data: a pickle, marshalled code, a class's name are only refused."""
    import marshal
    import pickle

    from nslab.lab import failure, plain

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return os.kill, (os.getpid(), signal.SIGKILL)

    for evil in (pickle.dumps(Bomb()), marshal.dumps(compile("1", "", "eval")), b"", b"x1;", b"t9999999999;"):
        with pytest.raises(ValueError):
            plain.decode(evil)
    for kind in ("os.system", "eval", "SystemExit", "KeyboardInterrupt", "__import__"):
        made = failure.restored({"type": kind, "text": "echo ran"}, "web")
        assert type(made) is failure.SpaceError


def test_an_agent_that_talks_nonsense_gets_an_error_and_no_more(lab: Lab) -> None:
    def babble() -> None:
        import os
        import socket

        for name in os.listdir("/proc/self/fd"):
            try:
                wire = socket.socket(fileno=os.dup(int(name)))
                wire.send(b".cos\nsystem\n(S'touch /tmp/nslab-ran'\ntR.")
            except OSError:
                continue

    with pytest.raises((ValueError, RuntimeError)):
        lab.host.call(babble)
    assert not Path("/tmp/nslab-ran").exists()
    assert lab.reset().host.run("echo again").output == "again\n"


def test_a_fork_bomb_stays_in_its_lab(lab: Lab) -> None:
    def bomb() -> int:
        import os
        import signal

        made = []
        try:
            while len(made) < 6000:
                pid = os.fork()
                if pid == 0:
                    signal.pause()
                made.append(pid)
        except BlockingIOError:
            pass
        for pid in made:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return len(made)

    assert 0 < lab.host.call(bomb) < 4096
    started = time.monotonic()
    assert subprocess.run(["true"], check=False).returncode == 0
    assert time.monotonic() - started < 5
    assert lab.host.run("echo alive").output == "alive\n"


def test_a_memory_hog_ends_with_an_error_of_its_own(lab: Lab) -> None:
    def hog() -> None:
        import os

        bytes(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 3 // 4)

    with pytest.raises(MemoryError):
        lab.host.call(hog)
    assert int(lab.host.run("cat /proc/self/oom_score_adj").output) >= 500
    assert lab.host.run("echo alive").output == "alive\n"


def test_the_labs_own_file_system_is_bounded(lab: Lab) -> None:
    filled = lab.host.run("head -c 600M /dev/zero > /home/fill; rm /home/fill; echo alive")
    assert "No space left on device" in filled.output
    assert filled.output.endswith("alive\n")


READ_ONLY = """
import ctypes, errno, os, struct
RDONLY, RECURSIVE, MOUNT_SETATTR, HERE = 1, 0x8000, 442, -100
syscall = ctypes.CDLL(None, use_errno=True).syscall
given, taken = struct.pack("=QQQQ", RDONLY, 0, 0, 0), struct.pack("=QQQQ", 0, RDONLY, 0, 0)
assert syscall(MOUNT_SETATTR, HERE, b"/", RECURSIVE, given, 32) == 0
assert syscall(MOUNT_SETATTR, HERE, b"/proc", 0, taken, 32) == 0
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", os.getcwd()):
    try:
        os.rmdir(os.mkdir(folder + "/nslab-probe") or folder + "/nslab-probe")
        raise SystemExit(folder + " can be written to")
    except OSError as error:
        assert error.errno in (errno.EROFS, errno.EACCES, errno.ENOENT), (folder, error)
from nslab import Lab
with Lab(quiet=True) as lab:
    box = lab.host.unshare("mnt", "pid", "net", "uts", name="box", mount_proc=True)
    lab.veth("host:v1", "box:v2")
    print(lab.host.run("echo made > /root/x; cat /root/x").output, len(lab.mounts().text()) > 100)
"""


def test_making_a_lab_writes_nothing_on_the_machine_so_that_no_link_can_lead_it_astray() -> None:
    inside = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", READ_ONLY]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(inside, capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.splitlines() == ["made", " True"], done.stderr
