"""What the kernel said when it refused a call."""

from __future__ import annotations

import errno as errors
import os


class KernelRefused(OSError):
    """The kernel refused a call; it says which, with what, and the errno by name.

    ``call`` is the system call's name, ``arguments`` its arguments as a person
    would write them, ``errno`` and ``name`` the error, ``rule`` the reason where it
    is known, ``step`` the part of a larger work that it ended. Source: errno(3).
    Introduced in chapter 4.

    >>> print(KernelRefused(22, "mount", "'tmpfs', '/nowhere'"))
    mount('tmpfs', '/nowhere'): EINVAL (Invalid argument)
    """

    def __init__(self, number: int, call: str = "", arguments: str = "", rule: str = "") -> None:
        super().__init__(number, os.strerror(number))
        self.call = call
        self.arguments = arguments
        self.rule = rule
        self.step = ""

    @property
    def name(self) -> str:
        """The errno's symbolic name, such as ``EINVAL``."""
        return errors.errorcode.get(self.errno or 0, f"errno {self.errno}")

    def __reduce__(self) -> tuple[type[KernelRefused], tuple[int, str, str, str]]:
        return type(self), (self.errno or 0, self.call, self.arguments, self.rule)

    def __str__(self) -> str:
        said = f"{self.call}({self.arguments}): {self.name} ({self.strerror})"
        return f"{said}. {self.rule}" if self.rule else said
