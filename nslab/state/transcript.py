"""What a command did: the line as typed, its output, its status."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transcript:
    r"""A command that was run in a space; its text is what a terminal would show.

    ``output`` holds standard output and error in order; ``status`` is the shell's ``$?``.
    Introduced in chapter 0.

    >>> Transcript("web", "hostname", "web\n", 0)
    web# hostname
    web
    """

    space: str
    command: str
    output: str
    status: int

    def __str__(self) -> str:
        first, *later = self.command.split("\n")
        lines = [f"{self.space}# {first}", *(f"> {line}" for line in later), *self.output.splitlines()]
        if self.status:
            lines.append(f"[exit {self.status}]")
        return "\n".join(lines)

    __repr__ = __str__
