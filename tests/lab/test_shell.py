"""A shell that lives on: what stays, what an interrupt ends, what is never run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from nslab.lab.shell import ShellEnded, UnfinishedCommand

if TYPE_CHECKING:
    from nslab import Lab, Space


def typed(space: Space, text: str) -> str:
    parts: list[str] = []
    space.shell(text, parts.append)
    return "".join(parts)


def interrupted(space: Space, text: str, after: float = 0.3) -> str:
    parts: list[str] = []
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(after, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        space.shell(text, parts.append)
    timer.join()
    return "".join(parts)


def test_a_transcript_shows_prompt_command_output_and_status(lab: Lab) -> None:
    assert typed(lab.host, "hostname\n\nfalse\nprintf no-newline\n") == (
        "host# hostname\nhost\nhost# false\n[exit 1]\nhost# printf no-newline\nno-newline\n"
    )


def test_blocks_quotes_and_here_documents_are_one_command_each(lab: Lab) -> None:
    text = "for i in 1 2; do\n  echo $i\ndone\ncat <<END\n  text\nEND\necho 'a\nb'\necho c \\\n  d"
    assert typed(lab.host, text) == (
        "host# for i in 1 2; do\n>   echo $i\n> done\n1\n2\n"
        "host# cat <<END\n>   text\n> END\n  text\n"
        "host# echo 'a\n> b'\na\nb\nhost# echo c \\\n>   d\nc d\n"
    )


def test_directory_variables_functions_and_jobs_stay(lab: Lab) -> None:
    typed(lab.host, "cd /srv; x=5; f() { echo f$1; }; sleep 100 & disown")
    assert typed(lab.host, "pwd; f $x; kill %1 2>/dev/null; ps -C sleep -o args=") == (
        "host# pwd; f $x; kill %1 2>/dev/null; ps -C sleep -o args=\n/srv\nf5\nsleep 100\n"
    )


def test_each_space_has_its_own_shell(lab: Lab) -> None:
    web = lab.host.unshare("uts", name="web")
    typed(lab.host, "x=host")
    assert typed(web, "echo [$x]") == "web# echo [$x]\n[]\n"


def test_standard_input_is_empty_not_the_next_command(lab: Lab) -> None:
    assert typed(lab.host, "cat\nread line\necho after") == (
        "host# cat\nhost# read line\n[exit 1]\nhost# echo after\nafter\n"
    )


def test_output_streams_while_the_command_runs(lab: Lab) -> None:
    seen: list[float] = []
    lab.host.shell("echo one; sleep 0.5; echo two", lambda text: seen.append(time.monotonic()))
    assert seen[-1] - seen[1] > 0.3


@pytest.mark.parametrize(
    "text",
    [
        "sleep 100",
        "while :; do :; done",
        "while :; do sleep 1; done",
        "(sleep 100 | cat)",
        "sh -c 'sleep 99; true'",
    ],
)
def test_an_interrupt_stops_the_command_and_not_the_shell(lab: Lab, text: str) -> None:
    typed(lab.host, "x=kept")
    started = time.monotonic()
    interrupted(lab.host, text)
    assert time.monotonic() - started < 2.5
    assert typed(lab.host, "echo $x") == "host# echo $x\nkept\n"
    assert "sleep" not in lab.host.run("ps -e -o comm").output


def test_an_interrupt_leaves_later_commands_unrun(lab: Lab) -> None:
    assert "never" not in interrupted(lab.host, "sleep 100\necho never").removeprefix("host# sleep 100")


def test_a_command_that_ignores_the_interrupt_costs_the_shell_only(lab: Lab) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(ShellEnded) as ended:
        typed(lab.host, "trap '' INT; sh -c 'trap \"\" INT; sleep 100; true'; true")
    timer.join()
    assert ended.value.killed
    assert typed(lab.host, "echo new") == "host# echo new\nnew\n"


@pytest.mark.parametrize(
    "text", ["echo before\necho 'open", "echo before\nif true; then", "echo before\nfi", "cat <<E\nx"]
)
def test_an_unfinished_command_is_refused_before_anything_runs(lab: Lab, text: str) -> None:
    parts: list[str] = []
    with pytest.raises(UnfinishedCommand):
        lab.host.shell(text, parts.append)
    assert parts == []


def test_exit_ends_the_shell_with_its_status_and_the_next_call_starts_anew(lab: Lab) -> None:
    with pytest.raises(ShellEnded) as ended:
        typed(lab.host, "exit 7")
    assert ended.value.status == 7
    assert not ended.value.killed
    assert typed(lab.host, "echo $?") == "host# echo $?\n0\n"


def test_a_root_without_dev_null_does_not_stop_the_shell(lab: Lab) -> None:
    typed(lab.host, "rm /dev/fd; mount -t tmpfs empty /dev")
    assert typed(lab.host, "cat; echo $?; ls /dev/null") == (
        "host# cat; echo $?; ls /dev/null\n0\n"
        "ls: cannot access '/dev/null': No such file or directory\n[exit 2]\n"
    )
    assert lab.host.run("cat").status == 0


def test_bytes_that_are_no_text_do_not_stop_the_transcript(lab: Lab) -> None:
    assert typed(lab.host, r"printf '\377\303'; printf '\251\n'").endswith("\n\ufffdé\n")


IGNORING = """
import signal
import subprocess
import sys
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGXFSZ):
    signal.signal(number, signal.SIG_IGN)
from nslab import Lab
with Lab(quiet=True) as lab:
    print(lab.host.run("grep SigIgn /proc/self/status").output)
    lab.host.shell("grep SigIgn /proc/self/status", print)
    lab.host.start("sleep 100")
    print(lab.host.run("grep SigIgn /proc/$(pidof sleep)/status").output)
"""


def test_commands_ignore_nothing_that_the_kernel_was_started_to_ignore() -> None:
    done = subprocess.run([sys.executable, "-c", IGNORING], capture_output=True, text=True, check=True)
    masks = [int(line.split()[1], 16) for line in done.stdout.splitlines() if line.startswith("SigIgn")]
    asked = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGXFSZ, signal.SIGPIPE)
    assert len(masks) == 3, done.stdout
    assert [mask & sum(1 << number - 1 for number in asked) for mask in masks] == [0, 0, 0]
