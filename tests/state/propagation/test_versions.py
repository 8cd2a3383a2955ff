"""Where kernels differ, the model differs with them."""

from __future__ import annotations

import pytest

from nslab.state.propagation import Kernel, canonical, do, parse, parse_state

NEW, OLD = Kernel(6, 18), Kernel(6, 1)


def run(text, kernel, *lines):
    """Return the state after *lines*, on *kernel*."""
    state = parse_state(text, kernel=kernel)
    for line in lines:
        outcome = do(state, parse(line, "host").operations)
        assert outcome.refusal is None
        state = outcome.state
    return state


@pytest.mark.parametrize(
    ("kernel", "kept"), [(OLD, True), (Kernel(6, 16), True), (Kernel(6, 17), False), (NEW, False)]
)
def test_a_copied_namespace_keeps_what_is_unbindable_until_6_17(kernel, kept):
    state = run("space host\n/ root\n/mnt data unbindable", kernel, "unshare -m --propagation unchanged")
    assert ("unbindable" in canonical(state, ["new"])) is kept


ROOT = "space {}\n/ root {}:R\n/a data {}:A"
HOST, WEB = ROOT.format("host", "shared", "shared"), ROOT.format("web", "master", "master")
TREES = (
    f"{HOST}\n/a/x one shared:B\n{WEB}\n/a/x one master:B",
    f"{HOST}\nfiles data /x\n{WEB}\n/a/x own",
    f"{HOST}\n{WEB}\n/a over",
    f"{HOST}\n{WEB} locked",
)


@pytest.mark.parametrize("text", TREES)
@pytest.mark.parametrize("lazy", ["", "-l "])
def test_umount_by_turns_and_by_set_agree_on_plain_trees(text, lazy):
    lines = [f"umount {lazy}/a"] if lazy else ["umount -R /a"]
    assert canonical(run(text, OLD, *lines)) == canonical(run(text, NEW, *lines))


@pytest.mark.parametrize("release", ["6.18.44-fc", "6.8.0-45-generic", "5.15.0", "4.11"])
def test_a_release_is_read(release):
    assert Kernel.parse(release) >= (4, 11)


@pytest.mark.parametrize("release", ["", "six", "4.10.0", "3.10.0-1160.el7"])
def test_what_is_no_release_or_too_old_is_quoted(release):
    with pytest.raises(ValueError, match=repr(release).replace(".", r"\.")):
        Kernel.parse(release)
