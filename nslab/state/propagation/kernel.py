"""Which kernel the model speaks for: the versions where the rules changed."""

from __future__ import annotations

import re
from typing import NamedTuple

_OLDEST = (4, 11)


class Kernel(NamedTuple):
    """A kernel by its version, and the rules of mount propagation that depend on it.

    Introduced in chapter 4.

    >>> Kernel(6, 18).forgets_unbindable, Kernel(6, 12).forgets_unbindable
    (True, False)
    """

    major: int = 6
    minor: int = 18

    @classmethod
    def parse(cls, release: str) -> Kernel:
        """Return the kernel of a release as ``uname -r`` prints it.

        Raises ValueError for text that is no release, and for kernels before 4.11,
        which put a propagated copy under a mount without any parent link between the two.

        >>> Kernel.parse("6.8.0-45-generic")
        Kernel(major=6, minor=8)
        """
        found = re.match(r"(\d+)\.(\d+)", release)
        if not found:
            raise ValueError(f"{release!r} is no kernel release; write it as 6.18")
        kernel = cls(int(found[1]), int(found[2]))
        if kernel < _OLDEST:
            raise ValueError(
                f"kernel {release!r} is older than 4.11, and its tucking of mounts is not modelled"
            )
        return kernel

    @property
    def forgets_unbindable(self) -> bool:
        """Whether the copy of an unbindable mount in a new mount namespace is private (6.17)."""
        return self >= (6, 17)

    @property
    def unmounts_by_set(self) -> bool:
        """Whether umount decides on all copies together (6.16), not one after the other."""
        return self >= (6, 16)

    @property
    def tucks_under_stacks(self) -> bool:
        """Whether a copy goes under what it meets as a whole stack (6.16), not with its lowest mount only."""
        return self >= (6, 16)
