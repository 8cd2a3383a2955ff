"""A shell line as the arguments of a process, without a shell where none is needed."""

from __future__ import annotations

import os

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 /._-+,:@%")
_SHELL_WORDS = frozenset(
    (
        *(
            "[",
            "alias",
            "bg",
            "break",
            "case",
            "cd",
            "command",
            "continue",
            "do",
            "done",
            "echo",
            "elif",
            "else",
        ),
        *(
            "esac",
            "eval",
            "exec",
            "exit",
            "export",
            "false",
            "fg",
            "fi",
            "for",
            "getopts",
            "hash",
            "if",
            "in",
        ),
        *(
            "jobs",
            "kill",
            "local",
            "printf",
            "pwd",
            "read",
            "readonly",
            "return",
            "set",
            "shift",
            "test",
            "then",
        ),
        *(
            "time",
            "times",
            "trap",
            "true",
            "type",
            "ulimit",
            "umask",
            "unalias",
            "unset",
            "until",
            "wait",
            "while",
        ),
    )
)
"""What sh(1) does itself, or reads as grammar: dash's and POSIX's."""


def program(line: str) -> tuple[str, list[str]]:
    """Return the file and the arguments with which *line* is to be executed.

    A line of plain words whose first names a program becomes that program, as a
    shell would have started it; anything else goes to ``/bin/sh -c``.
    Source: sh(1), "Simple Commands".

    >>> program("cd /srv && ls")
    ('/bin/sh', ['sh', '-c', 'cd /srv && ls'])
    """
    words = line.split(" ") if _PLAIN.issuperset(line) else []
    words = [word for word in words if word]
    found = _found(words[0]) if words and words[0] not in _SHELL_WORDS else None
    return (found, words) if found else ("/bin/sh", ["sh", "-c", line])


def _found(word: str) -> str | None:
    """Return the file that a shell would execute for *word*, None when there is none."""
    candidates = [word] if "/" in word else [f"{folder}/{word}" for folder in PATH.split(":")]
    return next((path for path in candidates if os.access(path, os.X_OK) and not os.path.isdir(path)), None)
