"""%%in in a real IPython: spaces by name, tab completion, errors in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from nslab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    made = InteractiveShell.instance()
    made.colors = "nocolor"
    yield made
    InteractiveShell.clear_instance()


def run(shell: Any, cell: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    shell.run_cell(cell)
    return capsys.readouterr().out


def completed(shell: Any, text: str) -> list[str]:
    with provisionalcompleter():
        return [match.text for match in shell.Completer.completions(text, len(text))]


def test_a_cell_runs_in_the_shell_of_a_space(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with Lab(quiet=True) as lab:
        lab.host.unshare("uts", name="web")
        assert (
            run(shell, "%%in web\nhostname web\nhostname\n", capsys)
            == "web# hostname web\nweb# hostname\nweb\n"
        )
        assert (
            run(shell, "%%in host\nhostname\nfalse\n", capsys)
            == "host# hostname\nhost\nhost# false\n[exit 1]\n"
        )


def test_a_wrong_name_lists_the_spaces(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with Lab(quiet=True) as lab:
        lab.host.unshare("uts", name="web")
        said = run(shell, "%%in wbe\ntrue\n", capsys)
    assert said.splitlines() == ["SpaceGone: there is no space 'wbe'; there is host, web"]
    assert "make a lab first" in run(shell, "%%in host\ntrue\n", capsys)


def test_a_space_can_be_an_expression(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with Lab(quiet=True) as older, Lab(quiet=True):
        older.host.run("hostname older")
        shell.user_ns["older"] = older
        assert run(shell, "%%in older.host\nhostname\n", capsys) == "older.host# hostname\nolder\n".replace(
            "older.", ""
        )


def test_tab_completes_the_names_of_spaces(shell: Any) -> None:
    with Lab(quiet=True) as lab:
        lab.host.unshare("uts", name="web")
        assert completed(shell, "%%in w") == ["web"]
        assert {"host", "web"} <= set(completed(shell, "%%in "))


def test_the_end_of_a_shell_is_said_and_the_next_cell_works(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with Lab(quiet=True):
        said = run(shell, "%%in host\nexit 3\n", capsys)
        assert said.endswith("[the shell of host ended with status 3; the next cell starts anew]\n")
        assert run(shell, "%%in host\necho new\n", capsys) == "host# echo new\nnew\n"


def test_an_unfinished_command_is_one_sentence(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with Lab(quiet=True):
        said = run(shell, "%%in host\necho 'open\n", capsys)
    assert said.startswith("UnfinishedCommand: ")
    assert len(said.splitlines()) == 1


def test_a_refusal_in_a_cell_shows_no_line_of_this_package(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with Lab(quiet=True) as lab:
        shell.user_ns["lab"] = lab
        said = run(shell, "lab.host.mount('tmpfs', '/nowhere')", capsys)
    assert said.startswith("KernelRefused: mount('tmpfs', '/nowhere'")
    assert "nslab/" not in said
