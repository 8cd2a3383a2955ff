"""Changing the type of a mount and its options, in the kernel's order of checks.

Source: kernel fs/namespace.c, do_change_type(), do_reconfigure_mnt(), do_remount().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nslab.state.propagation import flags
from nslab.state.propagation.detach import note_heirs
from nslab.state.propagation.events import Event
from nslab.state.propagation.mounting import caller, target_of
from nslab.state.propagation.paths import REMOVED, is_root
from nslab.state.propagation.refused import Refused

if TYPE_CHECKING:
    from nslab.state.propagation import operations
    from nslab.state.propagation.draft import Draft
    from nslab.state.propagation.table import FileSystem


def make(draft: Draft, asked: operations.Make) -> None:
    """Change the propagation type of a mount, and with *recursive* of all below it."""
    space = caller(draft, asked.space)
    place = target_of(draft, space, asked.target)
    if not is_root(draft, place):
        raise Refused("make.no-mount", target=asked.target)
    for mount in draft.subtree(place.mount) if asked.recursive else [place.mount]:
        _make(draft, mount, asked.kind)


def _make(draft: Draft, mount: int, kind: str) -> None:
    before = draft.mounts[mount]
    rule = f"make.{kind}"
    was: dict[int, str] = {}
    if kind == "shared":
        if not before.group:
            draft.join(mount, draft.new_id())
    elif kind == "slave":
        rule, was = _make_slave(draft, mount)
    else:
        was = _leave(draft, mount)
        draft.obey(mount, 0)
        draft.edit(mount, unbindable=kind == "unbindable")
    after = draft.mounts[mount]
    changed = (before.propagation, after.propagation, after.group, after.master)
    draft.events.append(Event("changed" if before != after else "unchanged", mount, rule, 0, *changed))
    note_heirs(draft, was)


def _make_slave(draft: Draft, mount: int) -> tuple[str, dict[int, str]]:
    """Make *mount* a slave of the peers it leaves, or without any of its group's master."""
    before = draft.mounts[mount]
    if not before.group:
        return "make.slave-of-none", {}
    was = _leave(draft, mount)
    if before.group in draft.groups:
        draft.obey(mount, before.group)
        return "make.slave", was
    return ("make.slave-of-master" if before.master else "make.slave-alone"), was


def _leave(draft: Draft, mount: int) -> dict[int, str]:
    heirs = draft.leave(mount)
    return {heir: "shared+slave" if draft.mounts[heir].group else "slave" for heir in heirs}


def remount(draft: Draft, asked: operations.Remount) -> None:
    """Change the options of a mount, and unless *bind* those of its file system."""
    space = caller(draft, asked.space)
    place = target_of(draft, space, asked.target)
    found = draft.mounts[place.mount]
    if found.ns != space.ns:
        raise Refused("target.not-mine", target=asked.target)
    if not is_root(draft, place):
        raise Refused("remount.no-mount", target=asked.target)
    filesystem = draft.filesystems[found.fs]
    words = merged(found.flags, filesystem.read_only, asked) if asked.merge else asked.options
    wanted = flags.asked(words, kept=found.flags)
    if kept := flags.breaks(found.locks, found.flags, wanted):
        raise Refused("remount.locked", target=asked.target, option=kept)
    if not asked.bind:
        if not draft.is_admin(space, filesystem.user):
            raise Refused("remount.superblock", target=asked.target, space=space.name)
        freeze(draft, filesystem, asked.target, read_only=bool(wanted & flags.RO))
    if wanted != found.flags:
        draft.edit(place.mount, flags=wanted)
        draft.events.append(Event("changed", place.mount, "remount.options", 0, *_shown(found.flags, wanted)))


def freeze(draft: Draft, filesystem: FileSystem, target: str, *, read_only: bool) -> None:
    """Make *filesystem* read-only or writable. Source: kernel fs/super.c, reconfigure_super()."""
    if read_only and not filesystem.read_only:
        removed = [path for path in filesystem.paths if path.endswith(REMOVED)]
        if any(draft.stands_on(filesystem.id, path) for path in removed):
            raise Refused("remount.removed", target=target)
    draft.put_filesystem(filesystem._replace(read_only=read_only))


def merged(now: int, read_only: bool, asked: operations.Remount) -> tuple[str, ...]:
    """Return the options in force and then those asked for, as mount(8) adds them up.

    Only a word's own opposite takes it back: ``noatime`` in force outdoes ``relatime`` asked for.
    """
    return (*flags.shown(now | (flags.RO if read_only else 0)).split(","), *asked.options)


def _shown(before: int, after: int) -> tuple[str, str]:
    return flags.shown(before), flags.shown(after)
