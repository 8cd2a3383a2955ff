"""User namespaces: their id maps, what may be done in them, and one thing seen from every space."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nslab.front import shown
from nslab.front.face import OfLab, OfSpace
from nslab.linux import trying
from nslab.linux.refusal import KernelRefused
from nslab.state import idmap
from nslab.state import may as rules
from nslab.state.idstack import IdStack

if TYPE_CHECKING:
    from nslab.front.space import Space
    from nslab.view.answers import AnswersFigure
    from nslab.view.idmap import IdMapFigure

QUESTIONS = (
    ("sethostname",),
    ("mount", "tmpfs"),
    ("mount", "proc"),
    ("mount", "devpts"),
    ("mount", "mqueue"),
    ("mount", "ext4"),
    ("mknod",),
    ("chroot",),
    ("settimeofday",),
    ("bind", 80),
    ("raw",),
    ("setgroups",),
)
"""What :meth:`Mapped.may` asks when nothing else is asked."""


class Mapped(OfSpace):
    """What a space can do with user namespaces."""

    def id_map(self, kind: str = "uid", *, raw: bool = False) -> IdMapFigure:
        """Return which ids of this space are which in each user namespace below it, down to the lab's host.

        *kind* is uid or gid. *raw* adds the machine that the lab runs on. Raises
        ValueError for another kind, SpaceGone. Source: user_namespaces(7). Introduced in chapter 9.
        """
        from nslab.view.idmap import IdMapFigure

        if kind not in ("uid", "gid"):
            raise ValueError(f"there is no map of {kind!r}; take uid or gid")
        chain = self._chain()
        maps = [
            idmap.IdMap.read(outer._link.request("proc", f"{inner.pid}/{kind}_map", None))
            for inner, outer in itertools.pairwise(chain)
        ]
        names = [space.name for space in chain]
        if raw:
            bottom = Path(f"/proc/{chain[-1].pid_outside}/{kind}_map")
            maps.append(idmap.IdMap.read(bottom.read_text(encoding="ascii")))
            names.append("machine")
        return IdMapFigure(IdStack(kind, tuple(names), tuple(maps)))

    def write_map(self, other: Space, kind: str, text: str) -> None:
        """Write ``uid_map``, ``gid_map`` or ``setgroups`` of *other*'s user namespace, from this space.

        *other* may be this space itself. Raises ValueError for another file,
        KernelRefused with the rule. Source: user_namespaces(7). Introduced in chapter 9.
        """
        if kind not in ("uid_map", "gid_map", "setgroups"):
            raise ValueError(f"there is no {kind!r} to write; take uid_map, gid_map or setgroups")
        self._show(shown.written(kind, text, str(other.pid)))
        try:
            self._link.request("proc", f"{other.pid}/{kind}", text)
        except KernelRefused as refused:
            rule = idmap.refused(refused.name, kind, text)
            raise KernelRefused(refused.errno or 0, refused.call, refused.arguments, rule) from None

    def may(self, act: str = "", *about: str | int) -> AnswersFigure:
        """Return whether this space may do *act*: by rule first, then as the kernel has it.

        ``may("mount", "proc")``, ``may("bind", 80)``, ``may("chown", "/srv/file", 5)``, ``may("setuid", 5)``,
        sethostname, raw, chroot, mknod, settimeofday, setgroups; all that need no more when nothing is
        asked. The kernel is asked in a process that is thrown away. Raises ValueError for what has no rule.
        Source: user_namespaces(7), capabilities(7). Introduced in chapter 9.
        """
        from nslab.view.answers import AnswersFigure

        facts = self._facts()
        asked = [(act, *about)] if act else list(QUESTIONS)
        ruled = [rules.rule(self._of_file(facts, one, more), str(one), *more) for one, *more in asked]
        tried = self.fork(trying.attempts, asked)
        rows, marks = [], []
        for (one, *more), ruling, found in zip(asked, ruled, tried, strict=True):
            agree = "" if found == ruling.errno else "  NOT AS THE RULE SAYS"
            rows.append((" ".join(map(str, (one, *more))), found or "yes", ruling.why + agree))
            marks.append(2 if found else 3)
        return AnswersFigure(f"may {self.name} …", ("act", "kernel", "by rule it"), rows, marks)

    def _facts(self) -> rules.Facts:
        status = self._link.request("proc", f"{self.pid}/status", None)
        effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff"))
        owners = self._link.request("owners", ["mnt", "pid", "net", "uts", "ipc", "cgroup"])
        uids, gids, setgroups = (
            self._link.request("proc", f"{self.pid}/{name}", None)
            for name in ("uid_map", "gid_map", "setgroups")
        )
        owned = {kind: number != 0 for kind, number in owners.items()}
        read = idmap.IdMap.read
        return rules.Facts(int(effective, 16), owned, read(uids), read(gids), setgroups)

    def _of_file(self, facts: rules.Facts, act: str | int, about: list[str | int]) -> rules.Facts:
        if act != "chown" or not about:
            return facts
        found = self.call(_stat, str(about[0]))
        if len(found) == 1:
            raise KernelRefused(found[0], "stat", repr(about[0]))
        return replace(facts, file=(found[0], found[1]))

    def _chain(self) -> list[Space]:
        """Return a space for each user namespace from this one's outwards, those without a space left out."""
        survey = self._lab._survey()
        living = {number["user"]: name for name, number in reversed(list(survey.of.items()))}
        number = survey.of[self.name]["user"]
        names = [self.name]
        while found := survey.found.get(number):
            number = found.parent
            if number in living:
                names.append(living[number])
        return [self._lab.spaces[name] for name in names]


class Comparing(OfLab):
    """What a lab can show of one file or process, as each of its spaces has it."""

    def see(self, what: str | int) -> AnswersFigure:
        """Return a file, by path, or a process, by the PID that the host has for it, as each space sees it.

        Raises SpaceGone, KernelRefused when the host has no such file, LookupError for no process.
        Source: stat(2), proc_pid_status(5), user_namespaces(7). Introduced in chapter 9.
        """
        from nslab.view.answers import AnswersFigure

        self._check()
        if isinstance(what, int):
            rows = [(name, *_ids(space, what)) for name, space in self.spaces.items()]
            return AnswersFigure(
                f"process {what} of host", ("space", "uid", "gid", "groups"), rows, [0] * len(rows)
            )
        found = {name: space.call(_stat, what) for name, space in self.spaces.items()}
        seen = [(name, *_file(one, found["host"])) for name, one in found.items()]
        head = ("space", "owner", "group", "mode", "file")
        return AnswersFigure(f"file {what}", head, seen, [0] * len(seen))


def _stat(path: str) -> list[int]:
    try:
        one = os.stat(path)  # noqa: PTH116
    except OSError as error:
        return [error.errno or 0]
    return [one.st_uid, one.st_gid, one.st_mode & 0o7777, one.st_dev, one.st_ino]


def _file(one: list[int], first: list[int]) -> tuple[str, str, str, str]:
    if len(one) == 1:
        return "-", "-", "-", os.strerror(one[0])
    same = "the same" if one[3:] == first[3:] else "another one"
    return str(one[0]), str(one[1]), f"{one[2]:04o}", same


def _ids(space: Space, pid: int) -> tuple[str, str, str]:
    try:
        status = space._link.request("proc", f"{pid}/status", None)
    except OSError:
        raise LookupError(f"the host has no process {pid}; look with lab.processes()") from None
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return lines["Uid"].split()[1], lines["Gid"].split()[1], " ".join(lines["Groups"].split()) or "none"
