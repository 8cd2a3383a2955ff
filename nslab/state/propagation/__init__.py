"""The exact model of mount propagation: what Linux would do with a mount operation, and why.

A :class:`State` is what the kernel knows about mounts at one moment; :func:`do` says what an operation
makes of it, with every mount that it causes to appear, move or go, and the rule for each; a refusal
names its errno and the one reason. States are never changed, so a prediction disturbs nothing.
Source: kernel fs/namespace.c and fs/pnode.c; mount_namespaces(7); sharedsubtree.rst.
"""

from __future__ import annotations

from nslab.state.propagation.build import empty, know, learn, machine, parse_state
from nslab.state.propagation.canonical import canonical
from nslab.state.propagation.commands import Command, parse
from nslab.state.propagation.events import Event
from nslab.state.propagation.explain import Sight, Verdict, appeared, judge, why
from nslab.state.propagation.kernel import Kernel
from nslab.state.propagation.live import carry, from_tables
from nslab.state.propagation.operations import (
    Bind,
    Chdir,
    Chroot,
    Hold,
    Leave,
    Make,
    MakePath,
    Mount,
    Move,
    Operation,
    PivotRoot,
    Release,
    Remount,
    RemovePath,
    Umount,
    UmountAll,
    Unshare,
)
from nslab.state.propagation.refused import NotUnderstood, UnknownPath
from nslab.state.propagation.rules import REFUSALS, RULES, Rule
from nslab.state.propagation.step import Outcome, Refusal, do
from nslab.state.propagation.table import FileSystem, Namespace, Place, Space, State

__all__ = [
    "REFUSALS",
    "RULES",
    "Bind",
    "Chdir",
    "Chroot",
    "Command",
    "Event",
    "FileSystem",
    "Hold",
    "Kernel",
    "Leave",
    "Make",
    "MakePath",
    "Mount",
    "Move",
    "Namespace",
    "NotUnderstood",
    "Operation",
    "Outcome",
    "PivotRoot",
    "Place",
    "Refusal",
    "Release",
    "Remount",
    "RemovePath",
    "Rule",
    "Sight",
    "Space",
    "State",
    "Umount",
    "UmountAll",
    "UnknownPath",
    "Unshare",
    "Verdict",
    "appeared",
    "canonical",
    "carry",
    "do",
    "empty",
    "from_tables",
    "judge",
    "know",
    "learn",
    "machine",
    "parse",
    "parse_state",
    "why",
]
