"""Host names: setting them in a space, and seeing them all."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from nslab.front import shown
from nslab.linux import uts
from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nslab.front.space import Space
    from nslab.view.uts import UtsFigure

_RULES = {
    errno.EPERM: "it takes CAP_SYS_ADMIN in the user namespace that owns this UTS namespace;"
    " make both anew: unshare --user --map-root-user --uts (uts_namespaces(7), kernel/sys.c)",
    errno.EINVAL: f"a name has at most {uts.LONGEST} bytes; take a shorter one (sethostname(2))",
}


class Naming:
    """What a space can do with the names of its UTS namespace."""

    if TYPE_CHECKING:

        def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:  # noqa: D102
            ...

        def _show(self, command: str) -> None: ...

    def sethostname(self, name: str) -> None:
        """Set the host name of this space's UTS namespace, up to 64 bytes; everybody in it has it at once.

        Raises KernelRefused, with the rule. Source: sethostname(2), hostname(1). Introduced in chapter 5.
        """
        self._show(shown.line("hostname", name))
        self._name(uts.sethostname, name)

    def setdomainname(self, name: str) -> None:
        """Set the NIS domain name of this space's UTS namespace; else as :meth:`sethostname`."""
        self._show(shown.line("domainname", name))
        self._name(uts.setdomainname, name)

    def _name(self, function: Callable[[str], None], name: str) -> None:
        try:
            self.call(function, name)
        except KernelRefused as refused:
            rule = _RULES.get(refused.errno or 0, "")
            raise KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule) from None


class Hostnames:
    """What a lab can show of host names."""

    if TYPE_CHECKING:

        @property
        def spaces(self) -> Mapping[str, Space]:  # noqa: D102
            ...

        def _check(self) -> None: ...

    def hostnames(self) -> UtsFigure:
        """Return the UTS namespaces of all spaces, read from the kernel now, as text and picture.

        Raises SpaceGone when the lab is closed. Source: uname(2), uts_namespaces(7). Introduced in chapter 5.
        """
        from nslab.state.uts import read
        from nslab.view.uts import UtsFigure

        self._check()
        found = {name: space.call(uts.namespace) for name, space in self.spaces.items()}
        users = {name: space.call(_user) for name, space in self.spaces.items()}
        return UtsFigure(read(found, users))


def _user() -> int:
    return os.stat("/proc/thread-self/ns/user").st_ino  # noqa: PTH116
