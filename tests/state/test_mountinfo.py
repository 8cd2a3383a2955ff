"""A table of mounts is read as the kernel meant it, or refused with a sentence that quotes it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.state.mountinfo import Mount, MountinfoError, format_mountinfo, parse_mountinfo

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.mountinfo"))
LINE = (
    b"36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 propagate_from:3"
    b" - ext3 /dev/root rw,errors=continue\n"
)

special = st.sampled_from([bytes([byte]) for byte in b' \t\n\\#0143:-/"\xff\xc3\xa9'])
raw = st.lists(special | st.binary(min_size=1, max_size=3), max_size=8).map(b"".join)
names = raw.map(lambda name: name.replace(b"\0", b"").decode("utf-8", "surrogateescape"))
paths = st.lists(names, max_size=4).map(lambda parts: "/" + "/".join(parts))
numbers = st.integers(1, 2**31 - 1)
words = st.from_regex(r"[a-z]{1,8}(,[a-z=0-9]{1,8}){0,3}", fullmatch=True)
unknown = st.from_regex(r"[a-z_]{3,12}(:[a-z0-9]{1,5})?", fullmatch=True).filter(
    lambda field: field.partition(":")[0] not in ("shared", "master", "propagate_from", "unbindable")
)


@st.composite
def mounts(draw: st.DrawFn) -> Mount:
    """One mount on its own, whose parent is out of sight."""
    number = draw(numbers)
    return Mount(
        *(number, draw(numbers.filter(lambda other: other != number)), (draw(numbers), draw(numbers))),
        *(draw(paths), draw(paths), draw(words)),
        *(draw(st.just(0) | numbers), draw(st.just(0) | numbers), draw(st.just(0) | numbers)),
        *(draw(st.booleans()), tuple(draw(st.lists(unknown, max_size=3)))),
        *(draw(words), draw(names), draw(words), number),
    )


def decoded(table: bytes) -> Mount:
    (mount,) = parse_mountinfo(table)
    return mount


def test_every_field_has_its_place() -> None:
    mount = decoded(LINE)
    assert mount == Mount(
        id=36, parent=35, device=(98, 0), root="/mnt1", point="/mnt2", options="rw,noatime",
        shared=1, master=2, propagate_from=3, unbindable=False, more=(), fstype="ext3", source="/dev/root",
        super_options="rw,errors=continue", identity=36,
    )  # fmt: skip


@given(mounts())
def test_what_is_written_is_read_again(mount: Mount) -> None:
    assert parse_mountinfo(format_mountinfo([mount])) == (mount,)


@given(mounts())
def test_a_line_has_only_the_spaces_and_line_ends_that_part_fields(mount: Mount) -> None:
    table = format_mountinfo([mount])
    assert table.count(b"\n") == 1
    optional = sum(map(bool, (mount.shared, mount.master, mount.propagate_from, mount.unbindable))) + len(
        mount.more
    )
    assert table.count(b" ") == 9 + optional


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (rb"\040", " "),
        (rb"\011", "\t"),
        (rb"\012", "\n"),
        (rb"\134", "\\"),
        (rb"\043", "#"),
        (rb"\134040", r"\040"),
    ],
)
def test_an_octal_escape_is_one_character(written: bytes, meant: str) -> None:
    mount = decoded(
        b"1 0 0:1 /r" + written + b" /p" + written + b"x rw - fuse.a" + written + b" s" + written + b" rw\n"
    )
    assert (mount.root, mount.point, mount.fstype, mount.source) == (
        f"/r{meant}",
        f"/p{meant}x",
        f"fuse.a{meant}",
        f"s{meant}",
    )


def test_bytes_that_are_no_utf8_come_back_as_they_were() -> None:
    table = b"1 0 0:1 / /\xff\xfe rw - tmpfs caf\xe9 rw\n"
    assert decoded(table).point.encode("utf-8", "surrogateescape") == b"/\xff\xfe"
    assert format_mountinfo([decoded(table)]) == table


def test_a_source_may_be_empty() -> None:
    mount = decoded(b"1 0 0:1 / /mnt rw - tmpfs  rw,size=4k\n")
    assert (mount.source, mount.super_options) == ("", "rw,size=4k")
    assert mount.what == "none (tmpfs)"


def test_the_root_of_a_namespace_file_is_no_path() -> None:
    assert decoded(b"1 0 0:4 net:[4026532008] /run/x rw - nsfs nsfs rw\n").root == "net:[4026532008]"


def test_optional_fields_of_later_kernels_are_kept() -> None:
    mount = decoded(b"1 0 0:1 / /mnt rw shared:7 sealed generation:12 - tmpfs x rw\n")
    assert (mount.shared, mount.more) == (7, ("sealed", "generation:12"))


def test_identities_are_those_given_and_else_the_ids() -> None:
    table = b"1 0 0:1 / / rw - tmpfs a rw\n2 1 0:2 / /x rw - tmpfs b rw\n"
    assert [mount.identity for mount in parse_mountinfo(table, {2: 5_000_000_000})] == [1, 5_000_000_000]


def test_an_empty_table_has_no_mounts() -> None:
    assert parse_mountinfo(b"") == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (b"", "private"),
        (b" shared:1", "shared"),
        (b" master:1", "slave"),
        (b" shared:1 master:2", "shared+slave"),
        (b" unbindable", "unbindable"),
    ],
)
def test_the_propagation_type_follows_from_the_optional_fields(options: bytes, said: str) -> None:
    assert decoded(b"1 0 0:1 / / rw" + options + b" - tmpfs x rw\n").propagation == said


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (LINE[:-1], "cut short"),
        (LINE + b"37 36 98:1 / /mnt2", "cut short.*37 36 98:1"),
        (b"\n", "separating dash"),
        (b"1 0 0:1 / /\n", "separating dash"),
        (b"1 0 0:1 / - tmpfs x rw\n", "field before the dash"),
        (b"1 0 0:1 / / rw - tmpfs x\n", "field behind the dash"),
        (b"x 0 0:1 / / rw - tmpfs x rw\n", "no number"),
        (b"+1 0 0:1 / / rw - tmpfs x rw\n", "no number"),
        (b"1_0 0 0:1 / / rw - tmpfs x rw\n", "no number"),
        ("٣ 0 0:1 / / rw - tmpfs x rw\n".encode(), "no number"),
        (b"1 0 8 / / rw - tmpfs x rw\n", "no number"),
        (b"1 0 0:1 / mnt rw - tmpfs x rw\n", "'mnt' is no absolute path"),
        (b"1 0 0:1 / / rw shared:x - tmpfs x rw\n", "'shared:x' is not understood"),
        (b"1 0 0:1 / / rw shared:0 - tmpfs x rw\n", "'shared:0' is not understood"),
        (b"1 0 0:1 / / rw shared:1 shared:2 - tmpfs x rw\n", "'shared:2' is not understood"),
        (b"1 0 0:1 / / rw master:-1 - tmpfs x rw\n", "'master:-1' is not understood"),
        (b"1 0 0:1 / / rw  - tmpfs x rw\n", "empty optional field"),
        (LINE + LINE, "mount id 36 stands for two mounts"),
        (b"1 2 0:1 / /a rw - t x rw\n2 1 0:1 / /a rw - t x rw\n", "above itself"),
        (b"1 0 0:1 / /a rw - t x rw\n2 1 0:1 / /ab rw - t x rw\n", "'/ab' is not below its parent 1 at '/a'"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(table: bytes, message: str) -> None:
    with pytest.raises(MountinfoError, match=message):
        parse_mountinfo(table)


def test_a_mount_may_be_its_own_parent() -> None:
    assert decoded(b"1 1 0:2 / / rw - rootfs rootfs rw\n").parent == 1


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_never_taken_for_a_mount(garbage: bytes) -> None:
    try:
        found = parse_mountinfo(garbage)
    except MountinfoError:
        return
    assert format_mountinfo(found).count(b"\n") == garbage.count(b"\n") == len(found)


@given(st.data())
def test_a_line_with_one_byte_changed_is_refused_or_read_field_by_field(data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(LINE) - 1))
    changed = LINE[:where] + bytes([data.draw(st.integers(0, 255))]) + LINE[where + 1 :]
    try:
        found = parse_mountinfo(changed)
    except MountinfoError:
        return
    assert parse_mountinfo(format_mountinfo(found)) == found


@given(st.integers(1, 400))
def test_a_table_that_was_cut_is_refused_or_shorter_by_whole_lines(kept: int) -> None:
    lines = [LINE.replace(b"36 35", b"%d 35" % number) for number in range(1, 5)]
    table = b"".join(lines)[:kept]
    if table.endswith(b"\n"):
        assert table == b"".join(lines[: len(parse_mountinfo(table))])
    else:
        with pytest.raises(MountinfoError, match="cut short"):
            parse_mountinfo(table)


def test_very_deep_and_very_wide_tables_are_read() -> None:
    deep = b"".join(
        b"%d %d 0:1 / / rw - tmpfs x rw\n" % pair for pair in itertools.pairwise(range(20_001, 0, -1))
    )
    wide = b"".join(b"%d 1 0:1 / /d%d rw - tmpfs x rw\n" % (number, number) for number in range(2, 20_002))
    assert (len(parse_mountinfo(deep)), len(parse_mountinfo(wide))) == (20_000, 20_000)


def test_there_are_captures() -> None:
    assert {path.stem for path in CAPTURES} >= {"microvm", "systemd", "container", "propagation"}


@pytest.mark.parametrize("capture", CAPTURES, ids=[path.stem for path in CAPTURES])
def test_a_capture_comes_back_byte_for_byte(capture: Path) -> None:
    table = capture.read_bytes()
    assert format_mountinfo(parse_mountinfo(table)) == table
