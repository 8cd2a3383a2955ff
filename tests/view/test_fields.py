"""A line of mountinfo is told field by field, without numbers that change."""

from __future__ import annotations

import re

import pytest

from nslab.view.mounts import MountsFigure
from tests.view import states

LINES = """
1 0 / root
2 1 /mnt data[/srv] shared:7 master:3
3 1 /u u unbindable
4 1 /v v master:3 propagate_from:7 seal:1
"""
FIELDS = """\
mount id       N                  a number for this mount, used again when it is gone
parent         M                  the id of the mount that this one is attached to
device         x:y                the file system; a bind of the same one has the same
root           /srv               the directory of the file system that this mount shows
mount point    /mnt               where, seen from the reader's root
options        rw                 of this mount only
optional       shared:A master:B  propagation: shared A, slave of B
-                                 ends the optional fields
type           tmpfs              the file system's type
source         data               what was named as the source
super options  rw,…               of the file system, for all its mounts"""


def fields(path: str) -> str:
    mounts = states.read(host=LINES)
    return repr(MountsFigure(mounts, states.names(mounts)).line(path))


def test_every_field_has_a_line() -> None:
    assert fields("/mnt") == FIELDS


@pytest.mark.parametrize(
    ("path", "tags", "said"),
    [
        ("/", "none", "private"),
        ("/u", "unbindable", "unbindable"),
        ("/v", "master:B propagate_from:A seal:1", "slave of B, from A"),
    ],
)
def test_the_optional_fields_are_told_as_they_are(path: str, tags: str, said: str) -> None:
    assert re.search(f"optional +{tags} +propagation: {said}\n", fields(path))


def test_a_path_without_a_mount_lists_those_that_have_one() -> None:
    with pytest.raises(LookupError, match="nothing is mounted at '/x'; there are mounts at /, /mnt, /u, /v"):
        fields("/x")


def test_html_is_a_table_that_escapes_what_it_shows() -> None:
    mounts = states.read(host="1 0 /<b> x&y")
    bundle = MountsFigure(mounts, {}).line("/<b>")._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "&lt;b&gt;" in bundle["text/html"]
    assert "x&amp;y" in bundle["text/html"]
    assert bundle["text/html"].count("<tr>") == 11
