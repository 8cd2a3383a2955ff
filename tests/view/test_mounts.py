"""The text twin of a mount table, word for word, and what goes with it."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from nslab.state.mounts import Mounts
from nslab.view.mounts import MountsFigure
from tests.view import states

HOST = """
1 0 / root
2 1 /mnt data shared:7
3 2 /mnt/a data[/srv] shared:8
4 2 /mnt/b b
5 4 /mnt/b on-top unbindable
"""
WEB = """
11 0 / root
12 11 /mnt data shared:9 master:7
13 12 /mnt/a data[/srv] master:8
14 12 /mnt/b b
"""
TWIN = """\
path               what                host                        web
/                  root (tmpfs)        private                     private
└─ mnt             data (tmpfs)        shared A                    shared B, slave of A
   ├─ a            data[/srv] (tmpfs)  shared C · new              slave of C · locked · new
   └─ b            b (tmpfs)           private · hidden by on-top  private
      └─ (on top)  on-top (tmpfs)      unbindable                  –
peer groups
A  host:/mnt
└─▶ B  web:/mnt
C  host:/mnt/a · new
└─▶ slaves  web:/mnt/a · new"""
STACK = """\
path         what           host
/t           low (tmpfs)    private · hidden by high
├─ a         under (tmpfs)  private · hidden by high on /t
└─ (on top)  high (tmpfs)   private
   └─ a      over (tmpfs)   private"""


def figure(mounts: Mounts, **marks: object) -> MountsFigure:
    return MountsFigure(mounts, states.names(mounts), **marks)  # type: ignore[arg-type]


def test_the_table_is_a_row_for_each_path_and_a_column_for_each_namespace() -> None:
    shown = figure(states.read(host=HOST, web=WEB), new={3, 13}, locked={13})
    assert shown.text() == TWIN
    assert repr(shown) == TWIN


def test_a_stack_shows_what_stands_on_which_floor() -> None:
    assert figure(states.read(host="1 0 /t low\n2 1 /t/a under\n3 1 /t high\n4 3 /t/a over")).text() == STACK


def test_a_group_out_of_sight_is_reached_by_a_dashed_arrow() -> None:
    mounts = states.read(host="1 0 / root\n2 1 /mnt S shared:1\n3 1 /far S master:5 propagate_from:1")
    assert figure(mounts).text().splitlines()[2:] == [
        "├─ far  S (tmpfs)     slave of B, from A",
        "└─ mnt  S (tmpfs)     shared A",
        "peer groups",
        "A  host:/mnt",
        "└┄▶ B  no member in sight",
        "    └─▶ slaves  host:/far",
    ]


def test_raw_shows_the_kernels_numbers() -> None:
    mounts = states.read(host=HOST, web=WEB)
    shown = MountsFigure(mounts, states.names(mounts), raw=True).text()
    assert "shared 9, slave of 7" in shown
    assert "└─▶ 9  web:/mnt" in shown


def test_nothing_to_show_is_said() -> None:
    assert figure(states.read(host="1 0 / root").below("/mnt")).text() == "no mounts here"


def test_what_can_not_be_printed_is_escaped_as_the_kernel_does() -> None:
    shown = figure(states.read(host="1 0 /a\\012b\\033[31m x\\011y"))
    assert shown.text().splitlines()[1].split("  ")[:2] == ["/a\\012b\\033[31m", "x\\011y (tmpfs)"]
    bytes_that_are_no_text = Mounts.read({"host": b"1 0 0:1 / /\xff rw - tmpfs x rw\n"})
    assert "/\\377" in figure(bytes_that_are_no_text).text()
    assert figure(bytes_that_are_no_text).svg()


def test_letters_that_the_font_lacks_are_drawn_as_boxes() -> None:
    assert figure(states.read(host="1 0 /漢字 x")).svg() != figure(states.read(host="1 0 /漢 x")).svg()


def test_more_than_forty_rows_and_six_namespaces_are_folded() -> None:
    lines = "\n".join(
        ["1 0 / root"] + [f"{number} 1 /d{number:02} x shared:{number}" for number in range(2, 60)]
    )
    mounts = states.read(**{f"s{place}": lines for place in range(9)})
    twin = figure(mounts).text().splitlines()
    assert [line for line in twin if line.startswith("…")] == [
        "… 19 more rows folded away: ask about a path with under=",
        "… 3 more mount namespaces folded away: s6, s7, s8",
    ]
    assert twin[0].split() == ["path", "what", "s0", "s1", "s2", "s3", "s4", "s5"]
    assert len([line for line in twin if "(tmpfs)" in line]) == 40
    assert sum(line.endswith("s5:/d40") for line in twin) == 1
    assert not any("/d41" in line for line in twin)


def test_new_mounts_are_not_folded_away() -> None:
    lines = "\n".join(
        ["1 0 / root"] + [f"{number} 1 /d{number:02} x" for number in range(2, 60)] + ["60 59 /d59/in new"]
    )
    twin = figure(states.read(host=lines), new={60}).text()
    assert "├─ d59" in twin or "└─ d59" in twin
    assert "private · new" in twin


def test_a_group_whose_members_are_folded_away_says_so() -> None:
    lines = ["1 0 / root"] + [f"{number} 1 /d{number:02} x" for number in range(2, 45)]
    lines[3] += " master:5"
    twin = figure(states.read(host="\n".join([*lines, "90 1 /z S shared:5"]))).text()
    assert "A  members folded away\n└─▶ slaves  host:/d04" in twin


def test_the_description_counts() -> None:
    assert figure(states.read(host=HOST, web=WEB)).description() == (
        "Mount table of 9 mounts in 2 mount namespaces (host; web) and the peer groups A, B, C"
    )
    assert (
        figure(states.read(host="1 0 / root")).description()
        == "Mount table of 1 mount in 1 mount namespace (host)"
    )


def test_the_bundle_has_text_image_and_description() -> None:
    bundle = figure(states.read(**{"host": HOST, 'a<b>"': WEB}))._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/svg+xml"}
    assert bundle["text/plain"].startswith("path ")
    assert "<svg" not in bundle["text/html"]
    (image,) = re.findall(
        r'<img alt="([^"]*)" style="[^"]*" src="data:image/svg\+xml,([^"]*)">', bundle["text/html"]
    )
    assert html.unescape(image[0]).startswith('Mount table of 9 mounts in 2 mount namespaces (host; a<b>")')
    assert unquote(html.unescape(image[1])) == bundle["image/svg+xml"]


def test_the_svg_holds_no_text_date_or_outside_reference() -> None:
    svg = figure(states.read(host=HOST, web=WEB)).svg()
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert tags.isdisjoint({"text", "image", "script", "date"})
    assert not re.findall(r'href="(?!#)', svg)


def test_two_pictures_on_one_page_share_no_inner_name() -> None:
    one, other = (
        figure(states.read(host=lines, web=WEB)).svg() for lines in (HOST, HOST.replace("on-top", "else"))
    )
    inner = [set(re.findall(r'(?:href="|url\()#([^)"]+)', svg)) for svg in (one, other)]
    assert inner[0]
    assert not inner[0] & inner[1]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_svg_is_the_same_in_every_process(seed: int) -> None:
    code = (
        "import sys; from tests.view import states; from nslab.view.mounts import MountsFigure\n"
        f"mounts = states.random_mounts({seed}, 3, 15)\n"
        "sys.stdout.write(MountsFigure(mounts, states.names(mounts), new=states.new_ones(1, mounts)).svg())"
    )
    written = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": salt, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(written) == 1
    assert len(written.pop()) > 10_000
