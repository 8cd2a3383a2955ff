"""Predictions say what the kernel then does, and why; refusals carry the rule that fired."""

from __future__ import annotations

import pytest

from nslab import KernelRefused, Lab
from nslab.state.propagation import NotUnderstood

SHARED = "mkdir /mnt/s; mount -t tmpfs S /mnt/s; mount --make-shared /mnt/s; mkdir /mnt/s/a /mnt/s/b"


@pytest.fixture
def three(lab: Lab) -> Lab:
    """A host with a shared mount, a namespace where it is private, and a guest in a user namespace."""
    lab.host.run(SHARED)
    lab.host.unshare("mnt", name="web").run("mount --make-private /mnt/s")
    lab.host.unshare("user", "mnt", name="guest")
    return lab


COMMANDS = [
    "host: mount -t tmpfs x /mnt/s/a",
    "host: mount --bind /srv /mnt/s/a",
    "web: mount -t tmpfs x /mnt/s/a",
    "guest: mount -t tmpfs x /mnt/s/a",
    "host: mount --make-slave /mnt/s",
    "host: mount --rbind /mnt /srv",
    "host: umount /mnt/s",
    "guest: umount /mnt/s",
    "web: umount -l /mnt/s",
    "guest: mount --make-shared /mnt/s",
    "host: mount --bind /nowhere /mnt/s/a",
    "mkdir /mnt/s/c",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_kernel_does_what_is_foreseen(three: Lab, command: str) -> None:
    before = repr(three.mounts())
    prediction = three.predict(command)
    assert repr(three.mounts()) == before
    verdict = prediction.check()
    assert verdict.model_was_right, repr(verdict)


def test_a_guess_is_judged_line_by_line_with_the_rule(three: Lab) -> None:
    guess = ["host:/mnt/s/a", "web:/mnt/s/a"]
    verdict = three.predict("host: mount -t tmpfs x /mnt/s/a", guess).check()
    told = [line for line in verdict.lines if not line.startswith("      ")]
    assert told == ["  right    host:/mnt/s/a", "  missed   guest:/mnt/s/a", "  wrong    web:/mnt/s/a"]
    assert verdict.lines[-1] == "      the mount there is private: it hears nobody"
    assert repr(verdict).endswith("The kernel did exactly what the model foresaw.")


def test_a_prediction_says_that_it_is_one(three: Lab) -> None:
    shown = repr(three.predict("host: mount -t tmpfs x /mnt/s/a", under="/mnt"))
    assert shown.startswith("prediction, not yet read from the kernel\nbefore\n")
    assert "  + guest:/mnt/s/a copied, slave of B\n" in shown
    refused = repr(three.predict("guest: umount /mnt/s", under="/mnt"))
    assert "refused with EINVAL\n      the mount at /mnt/s is locked" in refused
    assert "after" not in refused.split("\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("host: frobnicate /x", "'frobnicate' in 'host: frobnicate /x' is not understood"),
        ("host: mount --bind /a /b; ls", "';' in 'host: mount --bind /a /b; ls' is not understood"),
        ("nobody: umount /mnt", "there is no space 'nobody'; the spaces are host, web, guest"),
        ("host: mount --bind /a", "'host: mount --bind /a'"),
    ],
)
def test_what_the_model_does_not_know_is_quoted(three: Lab, line: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        three.predict(line)
    assert said in str(caught.value)


@pytest.mark.parametrize("line", ["unshare --mount", "chroot /srv", "cd /srv"])
def test_a_command_that_changes_only_its_own_process_is_not_checked(three: Lab, line: str) -> None:
    with pytest.raises(ValueError, match="changes only a process that ends at once"):
        three.predict(line).check()


def test_refused_operations_carry_the_rule(three: Lab) -> None:
    guest = three.spaces["guest"]
    with pytest.raises(KernelRefused, match=r"EINVAL.*the mount at /mnt/s is locked"):
        guest.umount("/mnt/s")
    with pytest.raises(KernelRefused, match=r"EINVAL.*would show what the locked mount at /mnt/s hides"):
        guest.bind("/mnt", "/media")
    three.host.run("mount -t tmpfs x /mnt/s/a")
    with pytest.raises(KernelRefused, match=r"EINVAL.*attached to /mnt/s, which is shared"):
        three.host.move("/mnt/s/a", "/srv")


def test_refused_commands_in_a_shell_say_why(three: Lab) -> None:
    parts: list[str] = []
    three.spaces["guest"].shell("umount /mnt/s\nls /nowhere", parts.append)
    said = "".join(parts)
    assert said.count("[why: ") == 1
    assert "[exit 32]\n[why: EINVAL, the mount at /mnt/s is locked" in said
