"""The pinned versions, the conda environment and the project's ranges say the same."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*")


def pin_lines() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pins() -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in pin_lines())}


def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def direct_requirements() -> list[Requirement]:
    texts = [
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["test"],
    ]
    return [Requirement(text) for text in texts]


def test_every_line_pins_one_exact_version():
    assert [line for line in pin_lines() if not PIN.fullmatch(line)] == []


def test_no_package_is_pinned_twice():
    assert len(pins()) == len(pin_lines())


def test_the_conda_environment_has_the_same_pins():
    assert conda()["dependencies"][-1] == {"pip": pin_lines()}


def test_the_conda_environment_has_the_same_range_of_pythons():
    assert f"python{PROJECT['project']['requires-python']}" in conda()["dependencies"]


def test_every_range_of_the_project_admits_its_pin():
    pinned = pins()
    outside = [
        f"{wanted} but {pinned.get(canonicalize_name(wanted.name))}"
        for wanted in direct_requirements()
        if not wanted.specifier.contains(pinned.get(canonicalize_name(wanted.name), "0"))
    ]
    assert outside == []


def test_what_the_project_needs_is_pinned_to_the_last_dependency():
    pinned, wanted, seen, amiss = pins(), list(direct_requirements()), set(), []
    while wanted:
        requirement = wanted.pop()
        name, extras = canonicalize_name(requirement.name), requirement.extras or {""}
        if not requirement.specifier.contains(pinned.get(name, "0"), prereleases=True):
            amiss.append(f"{requirement} but {pinned.get(name)}")
        for extra in extras - {each for known, each in seen if known == name}:
            seen.add((name, extra))
            found = [Requirement(text) for text in requires(name) or ()]
            wanted += [
                each for each in found if each.marker is None or each.marker.evaluate({"extra": extra})
            ]
    assert amiss == []
