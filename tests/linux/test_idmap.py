"""subuid files are read as shadow's tools read them, and maps are written in one piece."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nslab import KernelRefused
from nslab.linux import idmap

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ada:100000:65536\n", 100000),
        ("ada:100000:65535\n", 100000),
        ("ada:100000:65534\n", None),
        ("1000:200000:65536\n", 200000),
        ("bob:100000:65536\nada:165536:65536\n", 165536),
        ("ada:100000:1000\nada:300000:131072\n", 300000),
        ("ada:100000:65536\nada:300000:65536\n", 100000),
        ("adam:100000:65536\n", None),
        ("", None),
        (
            "# ada:100000:65536\n\nada\nada:x:65536\nada:1:2:3\nada:-5:65536\nada::65536\nada:400000:65536\n",
            400000,
        ),
        ("ada:100000:٦٥٥٣٦\n", None),
        ("ada:100000:65536", 100000),
    ],
)
def test_a_range_of_enough_ids_is_found(tmp_path: Path, text: str, first: int | None) -> None:
    file = tmp_path / "subuid"
    file.write_text(text)
    assert idmap.subordinate(str(file), "ada", 1000) == first


def test_a_file_that_is_not_there_gives_nothing(tmp_path: Path) -> None:
    assert idmap.subordinate(str(tmp_path / "none"), "ada", 1000) is None


def test_bytes_that_are_no_text_do_not_stop_the_reading(tmp_path: Path) -> None:
    file = tmp_path / "subuid"
    file.write_bytes(b"caf\xe9:1:65536\nada:100000:65536\n")
    assert idmap.subordinate(str(file), "ada", 1000) == 100000


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", 524288),
        ("ada:100000:65536\n", 524288),
        ("ada:524288:65536\n", 589824),
        ("ada:600000:10\nbob:700000:5\n", 700005),
        ("ada:x:5\nnonsense\nada:900000:\n", 524288),
    ],
)
def test_unused_ids_are_above_every_range(tmp_path: Path, text: str, first: int) -> None:
    file = tmp_path / "subuid"
    file.write_text(text)
    assert idmap.unused(str(file)) == first


def test_unused_ids_need_no_file(tmp_path: Path) -> None:
    assert idmap.unused(str(tmp_path / "none")) == 524288


def test_a_map_that_can_not_be_written_is_refused_with_what_was_written(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_PATH)
    with pytest.raises(KernelRefused, match=r"write\(/proc/PID/uid_map, '0 1000 1\\n'\): ENOENT"):
        idmap.write(directory, "uid_map", "0 1000 1\n")
    os.close(directory)
