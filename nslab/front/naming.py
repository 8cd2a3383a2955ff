"""Host names: setting them in a space, and seeing them all."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from nslab.front import shown
from nslab.front.face import OfLab, OfSpace
from nslab.linux import uts
from nslab.linux.refusal import KernelRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from nslab.view.uts import UtsFigure

_RULES = {
    errno.EPERM: "it takes CAP_SYS_ADMIN in the user namespace that owns this UTS namespace;"
    " make both anew: unshare --user --map-root-user --uts (uts_namespaces(7), kernel/sys.c)",
    errno.EINVAL: f"a name has at most {uts.LONGEST} bytes; take a shorter one (sethostname(2))",
}


class Naming(OfSpace):
    """What a space can do with the names of its UTS namespace."""

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


class Hostnames(OfLab):
    """What a lab can show of host names."""

    def hostnames(self) -> UtsFigure:
        """Return the UTS namespaces of all spaces, read from the kernel now, as text and picture.

        Raises SpaceGone when the lab is closed. Source: uname(2), uts_namespaces(7). Introduced in chapter 5.
        """
        from nslab.state.uts import read
        from nslab.view.uts import UtsFigure

        self._check()
        found = {name: space.call(uts.namespace) for name, space in self.spaces.items()}
        return UtsFigure(read(found))
