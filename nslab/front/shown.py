"""The standard commands that operations equal, as one types them in a terminal."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NSENTER = {"mnt": "--mount"}
"""Options of unshare(1) and nsenter(1) that are not the type's own name."""


def prompted(space: str, command: str) -> str:
    r"""Return a command as it stands behind the prompt of *space*, later lines behind ``>``.

    >>> print(prompted("web", "for i in 1 2; do\necho $i; done"), end="")
    web# for i in 1 2; do
    > echo $i; done
    """
    first, *later = command.split("\n")
    return "\n".join([f"{space}# {first}", *(f"> {line}" for line in later)]) + "\n"


def line(*words: str) -> str:
    """Return *words* as a shell line, quoted where a shell needs it; empty words are left out.

    >>> line("mount", "", "--bind", "/a b", "/c")
    "mount --bind '/a b' /c"
    """
    return shlex.join(word for word in words if word)


def unshare(
    types: tuple[str, ...], propagation: str, *, mount_proc: bool, offsets: Mapping[str, int] | None = None
) -> str:
    """Return the unshare(1) command for new namespaces of *types*, with *offsets* for clocks.

    >>> unshare(("mnt", "pid"), "unchanged", mount_proc=False)
    'unshare --mount --pid --fork --propagation unchanged'
    """
    words = ["unshare", *(NSENTER.get(kind, f"--{kind}") for kind in types)]
    words += ["--map-root-user"] if "user" in types else []
    words += ["--fork"] if "pid" in types else []
    words += ["--propagation", propagation] if "mnt" in types else []
    words += ["--mount-proc"] if mount_proc else []
    for clock, seconds in (offsets or {}).items():
        words += [f"--{clock}", str(seconds)]
    return line(*words)


def nsenter(pid: int, types: tuple[str, ...]) -> str:
    """Return the nsenter(1) command that takes *types* from process *pid*.

    >>> nsenter(5, ("net", "uts"))
    'nsenter --target 5 --net --uts'
    """
    return line("nsenter", "--target", str(pid), *(NSENTER.get(kind, f"--{kind}") for kind in types))


def mapped(command: str, maps: Mapping[str, str] | None) -> str:
    r"""Return an unshare(1) *command* with the *maps*, by file, that are written for it; as it is for None.

    >>> print(mapped("unshare --user --map-root-user", {"uid_map": "0 5 1\n1 9 1\n", "setgroups": ""}))
    unshare --user & printf '0 5 1\n1 9 1\n' > /proc/$!/uid_map
    """
    if maps is None:
        return command
    bare = command.replace(" --map-root-user", "")
    return " ".join([f"{bare} &", *(f"{written(kind, text)};" for kind, text in maps.items() if text)])[
        : None if not any(maps.values()) else -1
    ]


def written(kind: str, text: str, pid: str = "$!") -> str:
    r"""Return the shell line that writes *text* to a file of the process *pid* under /proc.

    >>> written("setgroups", "deny", "7")
    'echo deny > /proc/7/setgroups'
    """
    lines = text.removesuffix("\n")
    given = f"printf {shlex.quote(lines.replace(chr(10), chr(92) + 'n') + chr(92) + 'n')}"
    if "\n" not in lines:
        given = f"echo {shlex.quote(lines)}"
    return f"{given} > /proc/{pid}/{kind}"
