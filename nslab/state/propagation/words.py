"""The words of a command line, taken apart into options and operands as getopt_long(3) does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from nslab.state.propagation.refused import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Words:
    """The words behind a *program*'s name; complaints quote the whole *line*."""

    def __init__(self, program: str, words: list[str], line: str) -> None:
        self.program, self._words, self._line = program, words, line
        self._operands: list[str] = []

    def complain(self, part: str, why: str) -> NoReturn:
        """Raise NotUnderstood about *part* of the line."""
        raise NotUnderstood(f"{part!r} in {self._line!r} is not understood: {why}")

    def options(
        self, short: str, *, long: Mapping[str, str], until_operand: bool = False
    ) -> Iterator[tuple[str, str]]:
        """Yield each option with its value, empty for none; long ones as the short ones they stand for.

        *short* holds letters, each followed by ``:`` if it takes a value; *long* names what stands for
        what, ``name=`` for one with a value. With *until_operand* what follows the first operand is
        another program's.
        """
        left = list(self._words)
        while left:
            word = left.pop(0)
            if word == "--":
                break
            if word.startswith("--"):
                yield self._long(word, long, left)
            elif word.startswith("-") and len(word) > 1:
                yield from self._short(word, short, left)
            else:
                self._operands.append(word)
                if until_operand:
                    break
        self._operands.extend(left)

    def _long(self, word: str, long: Mapping[str, str], left: list[str]) -> tuple[str, str]:
        name, equals, value = word[2:].partition("=")
        if name not in long:
            self.complain(word, f"{self.program} has no such option here")
        means = long[name]
        if not means.endswith("="):
            if equals:
                self.complain(word, f"--{name} takes no value here")
            return means, ""
        if not equals and not left:
            self.complain(word, "its value is missing")
        return means[:-1], value if equals else left.pop(0)

    def _short(self, word: str, short: str, left: list[str]) -> Iterator[tuple[str, str]]:
        for number, letter in enumerate(word[1:], 2):
            if letter not in short.replace(":", ""):
                self.complain(f"-{letter}", f"{self.program} has no such option here")
            if f"{letter}:" not in short:
                yield letter, ""
                continue
            value = word[number:]
            if not value and not left:
                self.complain(f"-{letter}", "its value is missing")
            yield letter, value or left.pop(0)
            return

    def no_options(self) -> None:
        """Take all words as operands; an option is one that is not understood."""
        for _ in self.options("", long={}, until_operand=self.program == "chroot"):
            pass

    def operands(self, least: int, most: int, what: str) -> list[str]:
        """Return the operands, after the options have been read."""
        if len(self._operands) < least:
            self.complain(self.program, f"{what} must follow")
        if len(self._operands) > most:
            self.complain(self._operands[most], f"{self.program} takes {what}, and nothing more")
        return self._operands
