"""Each refusal that a machine may give, reproduced: the doctor names the layer and one remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
SHOW = "from nslab import doctor; print(doctor.report())"
OWN = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private")
FILTER = """
import ctypes, os, struct, sys
x86 = os.uname().machine == "x86_64"
number = {"unshare": 272 if x86 else 97, "mount": 165 if x86 else 40}[sys.argv[1]]
rules = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rules), ctypes.addressof(code)))
library = ctypes.CDLL(None, use_errno=True)
assert library.prctl(38, 1, 0, 0, 0) == 0
assert library.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(program)), 0, 0) == 0
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


def doctor(*before: str, setting: str = "true", words: tuple[str, ...] = ("-c", SHOW)) -> str:
    """Return the doctor's report after *setting*, a shell line of a namespace of its own."""
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    done = subprocess.run(
        [*OWN, "sh", "-c", f'{setting} && exec "$@"', "sh", sys.executable, *before, *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.stdout


def test_a_filter_that_refuses_unshare_is_named() -> None:
    told = doctor("-c", FILTER, "unshare")
    assert "NO   a lab" in told
    assert "user namespace: unshare(" in told
    assert "A seccomp filter, or a chroot, forbids unshare(2)" in told
    assert "seccomp=unconfined" in told


def test_a_filter_that_refuses_mount_is_named() -> None:
    told = doctor("-c", FILTER, "mount")
    assert "NO   a lab" in told
    assert "root file system: mount(" in told
    assert "A seccomp filter, or AppArmor, forbids mount(2)" in told
    assert "seccomp=unconfined and apparmor=unconfined" in told


COVER = "mount -t tmpfs t /mnt && printf '{}' > /mnt/{} && mount --bind /mnt/{} /etc/{}"


def covered(file: str, text: str) -> str:
    """The shell line that covers a file of /etc with *text*, in the mount namespace of its own."""
    return COVER.format(text, file, file, file)


@pytest.mark.parametrize("file", ["subuid", "subgid"])
def test_a_user_without_a_range_is_told_the_file_and_the_command(file: str) -> None:
    other = "subgid" if file == "subuid" else "subuid"
    lines = (covered(other, "root:100000:65536"), covered(file, ""))
    told = doctor(setting=" && ".join(lines))
    assert "NO   65,536 ids in a lab" in told
    assert f"said:   only one id: root has no range of 65536 in /etc/{file}" in told
    assert f"sudo usermod --add-{file}s 100000-165535 root" in told


RANGES = " && ".join((covered("subuid", "root:100000:65536"), covered("subgid", "root:100000:65536")))


def test_a_newuidmap_without_its_setuid_bit_is_named() -> None:
    setting = (
        f"{RANGES} && mount -t tmpfs t /mnt && cp /usr/bin/newuidmap /usr/bin/newgidmap /mnt && "
        "chmod 755 /mnt/new* && mount --bind /mnt/newuidmap /usr/bin/newuidmap"
    )
    told = doctor(setting=setting)
    assert "said:   only one id: /usr/bin/newuidmap lacks its setuid bit" in told
    assert "remedy: sudo apt-get install --reinstall uidmap" in told


def test_an_outer_namespace_that_takes_newuidmaps_privilege_is_said() -> None:
    assert "newuidmap was refused, although there is a range" in doctor(setting=RANGES)


def test_a_full_disk_is_said() -> None:
    fill = "{ head -c 1M /dev/zero > /mnt/f || export HOME=/mnt; } 2>/dev/null"
    setting = f"mount -t tmpfs -o size=64k t /mnt && {fill}"
    told = doctor(setting=setting)
    assert "NO   a home folder that can be written" in told
    assert "said:   ENOSPC: /mnt" in told
    assert "the disk is full" in told


def test_a_read_only_home_is_said() -> None:
    told = doctor(setting="mount -t tmpfs -o ro t /mnt && export HOME=/mnt")
    assert "said:   EROFS: /mnt" in told
    assert "set HOME to a folder that can be written" in told


def test_an_old_kernels_features_are_missing_and_nothing_else() -> None:
    script = (
        "import json\n"
        "from nslab import doctor\n"
        "doctor._features = lambda host: (('statmount', False), ('mount events', False))\n"
        "found = doctor.report()\n"
        "print(json.dumps([found.plain()['features'], 'statmount' in str(found)]))"
    )
    told = doctor(words=("-c", script))
    assert json.loads(told) == [{"statmount": False, "mount events": False}, False]


def test_machines_read_the_report_as_json() -> None:
    found = json.loads(doctor(words=("-m", "nslab", "doctor", "--json")))
    assert set(found) == {"works", "answers", "features"}
    assert {answer["what"] for answer in found["answers"]} >= {"veth pair", "bridge", "macvlan", "nft rules"}
    assert set(found["features"]) == {"statmount", "mount events", "cgroup2"}
    assert found["works"] is all(answer["works"] for answer in found["answers"])
    assert not [answer for answer in found["answers"] if answer["works"] and answer["remedy"]]
