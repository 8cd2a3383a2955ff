"""What the tests may never change on the machine they run on, as text, a fact a line."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def facts() -> Iterator[str]:
    """Yield the machine's mounts, links, name, files in /etc, and names where leftovers would lie."""
    yield from (f"mount {line}" for line in Path("/proc/self/mountinfo").read_text().splitlines())
    yield from sorted(f"link {name}" for _, name in socket.if_nameindex())
    yield f"hostname {socket.gethostname()}"
    for folder in (Path("/run"), Path("/run/netns"), Path("/var/run/netns")):
        yield from (f"name {path}" for path in _entries(folder))
    for folder in sorted({"/tmp", "/var/tmp", "/dev/shm", "/run", tempfile.gettempdir()}):
        yield from (f"leftover {path}" for path in _entries(Path(folder)) if path.name.startswith("nslab"))
    yield from _files(Path("/etc"))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _files(folder: Path) -> Iterator[str]:
    for path in _entries(folder):
        status = path.lstat()
        yield f"file {path} {stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid} {_content(path)}"
        if stat.S_ISDIR(status.st_mode):
            yield from _files(path)


def _content(path: Path) -> str:
    if path.is_symlink():
        return os.readlink(path)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    except OSError:
        return f"closed, {path.stat().st_size} bytes"


if __name__ == "__main__":
    print("\n".join(facts()))
