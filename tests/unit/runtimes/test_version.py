"""Page and worker of different builds do not meet, and the refusal says what to do."""

import tomllib

import drillsergeant
import pytest
from drillsergeant.runtimes import version

from build.pins import ROOT


def refused(wire: object) -> bool:
    try:
        version.refuse_other_version(wire)
    except version.OtherVersion:
        return True
    return False


def test_an_init_of_this_build_passes_and_so_does_everything_that_is_no_init() -> None:
    assert not refused({"type": "INIT", "options": {"version": version.own_version()}})
    for other in ({"type": "PLAY"}, None, "INIT", {}, {"type": "INIT"}, {"type": "INIT", "options": {"version": 7}}):
        assert not refused(other), other


def test_an_init_of_another_build_is_refused_before_anything_else_of_it_is_read() -> None:
    options = {"version": "0123"}
    with pytest.raises(version.OtherVersion, match=f"worker build {version.own_version()}.*reload the page"):
        version.refuse_other_version({"type": "INIT", "options": options, "a field of tomorrow": 1})


def test_the_package_and_its_wheel_have_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert drillsergeant.__version__ == project["version"]
