"""/proc/sys/user: how many namespaces a user may make."""

from __future__ import annotations

import os

from nslab.linux.namespaces import FLAGS
from nslab.linux.refusal import KernelRefused


def path(kind: str) -> str:
    """Return the file that holds the limit for namespaces of type *kind*.

    >>> path("uts")
    '/proc/sys/user/max_uts_namespaces'
    """
    return f"/proc/sys/user/max_{kind}_namespaces"


def read() -> dict[str, int]:
    """Return the limits of the caller's user namespace by type, those that the kernel has.

    Source: namespaces(7), "The /proc/sys/user directory". Introduced in chapter 3.
    """
    found = {}
    for kind in FLAGS:
        try:
            with open(path(kind), encoding="ascii") as file:
                found[kind] = int(file.read())
        except FileNotFoundError:
            continue
    return found


def write(kind: str, most: int) -> None:
    """Set the limit for namespaces of type *kind* in the caller's user namespace. Raises KernelRefused.

    Source: namespaces(7), "The /proc/sys/user directory". Introduced in chapter 3.
    """
    try:
        file = os.open(path(kind), os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(file, b"%d\n" % most)
        finally:
            os.close(file)
    except OSError as error:
        raise KernelRefused(error.errno or 0, "write", f"{path(kind)!r}, {most}") from None
