"""A refusal on its way out of the model."""

from __future__ import annotations


class Refused(Exception):
    """The kernel would refuse: ``rule`` is the id of the reason, ``details`` what it speaks of."""

    def __init__(self, rule: str, **details: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.details = details


class NotUnderstood(ValueError):
    """The model can't answer: the message quotes the input and says which part was not understood."""


class UnknownPath(NotUnderstood):
    """A path that the model would have to know about, and whose file system it does not know whole.

    ``space`` and ``path`` say where to look; tell the model with ``learn``. ``filesystem`` and
    ``inside`` say what that path is to the model.
    """

    def __init__(self, space: str, path: str, filesystem: int = 0, inside: str = "/") -> None:
        super().__init__(
            f"{path!r} in space {space!r} is outside what the model knows:"
            " say whether it is a directory or a file"
        )
        self.space = space
        self.path = path
        self.filesystem = filesystem
        self.inside = inside
