"""What there is at a path."""

from __future__ import annotations

import os


def kind(path: str) -> str:
    """Return ``dir`` or ``file`` for what *path* leads to, nothing where there is nothing.

    All that is no directory is a file to mount(2). Source: path_resolution(7). Introduced in chapter 4.

    >>> kind("/"), kind("/none")
    ('dir', '')
    """
    return ("dir" if os.path.isdir(path) else "file") if os.path.lexists(path) else ""
