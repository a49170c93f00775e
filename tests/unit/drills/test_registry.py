"""Drills from outside are found like our own: registered, by an entry point, in a module, in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import drillsergeant
import pytest
from drillsergeant import drills
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.gym import DrillEnv
from drillsergeant.library.policy import Policy

SOURCE = """
from dataclasses import dataclass
from drillsergeant.drills.chase import ChaseDrill

@dataclass(frozen=True)
class Tag(ChaseDrill):
    name: str = "tag"
    half_m: float = 2.0

slow = Tag(push=3.0)
number = 7
"""


@dataclass(frozen=True)
class Tag(ChaseDrill):
    name: str = "tag"


@dataclass(frozen=True)
class Other(ChaseDrill):
    name: str = "tag"


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    drills.DRILLS.discard("tag")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is imported from, with an installed package in it that declares one drill rightly and one not."""
    (tmp_path / "tag_game.py").write_text(SOURCE)
    metadata = tmp_path / "tag_game-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tag-game\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        f"[{drills.GROUP}]\ntag = tag_game:Tag\nseek = tag_game:Tag\nball = tag_game:Tag\nnumber = tag_game:number\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("tag_game", None)


def test_a_registered_drill_is_known_by_its_name_everywhere(tmp_path: Path) -> None:
    assert drillsergeant.register(Tag) is Tag
    assert "tag" in drillsergeant.DRILLS and list(drillsergeant.DRILLS)[-1] == "tag"
    run = drillsergeant.train("tag", decisions=1, matches=16)
    run.step()
    run.policy.save(tmp_path / "tag.dshq")
    assert Policy.load(tmp_path / "tag.dshq").content.schema.drill == "tag"
    assert DrillEnv("tag").drill == Tag()


def test_a_drill_with_other_numbers_is_registered_as_it_is() -> None:
    slow = Tag(push=3.0)
    drills.register(slow)
    assert drills.make("tag") is slow
    drills.register(lambda: replace(slow, push=4.0))  # the same class again, as when a cell of a notebook runs again
    assert drills.make("tag") == Tag(push=4.0)


def test_names_that_are_taken_or_none_are_refused() -> None:
    drills.register(Tag)
    with pytest.raises(ValueError, match=r"'tag' is already .*\.Tag: name .*\.Other otherwise"):
        drills.register(Other)
    with pytest.raises(ValueError, match="'chase' is a drill of this package: give yours another name"):
        drills.register(ChaseDrill)
    with pytest.raises(ValueError, match="a drill is called 'os:system'; a name has letters, digits, _ and - only"):
        drills.register(Tag(name="os:system"))
    with pytest.raises(TypeError, match="7 is no drill"):
        drills.register(7)


def test_an_installed_package_is_found_by_its_entry_point(package: Path) -> None:
    drill = drills.make("tag")
    assert type(drill).__module__ == "tag_game" and "tag" in drills.DRILLS
    assert drills.make("ball").name == "ball", "ours are not replaced"
    with pytest.raises(ValueError, match="entry point 'seek' of tag-game makes the drill 'tag': name both alike"):
        drills.make("seek")
    with pytest.raises(TypeError, match="7 is no drill"):
        drills.make("number")


def test_a_drill_is_made_from_where_it_is(package: Path) -> None:
    for place in ("tag_game:Tag", str(package / "tag_game.py"), f"{package / 'tag_game.py'}:Tag"):
        drill = drills.make(place)
        assert isinstance(drill, ChaseDrill) and drill.half_m == 2.0
    assert drills.make("tag_game:slow") == sys.modules["tag_game"].slow
    drill = drills.make("tag_game:slow")
    assert drills.resolve(drill) is drill and drills.resolve("tag") is not drill


def test_what_is_not_there_is_said_with_what_is(package: Path) -> None:
    with pytest.raises(ValueError, match=r"no drill is called 'bal': did you mean 'ball'\? There are ball, "):
        drills.make("bal")
    with pytest.raises(ValueError, match=r"no drill is called 'quidditch': take one of ball.*'module:Class'"):
        drills.make("quidditch")
    with pytest.raises(ValueError, match="there is no module 'tag_gam': is it installed"):
        drills.make("tag_gam:Tag")
    with pytest.raises(ValueError, match="tag_game has no Tog; the drills in it are Tag"):
        drills.make("tag_game:Tog")
    with pytest.raises(ValueError, match=r"there is no file .*tog\.py"):
        drills.make("tog.py")
    two = package / "two.py"
    two.write_text(SOURCE + "class Tig(Tag):\n    pass\n")
    with pytest.raises(ValueError, match="defines 2 drills, Tag, Tig: say which"):
        drills.make(str(two))
    (package / "broken.py").write_text("import not_there\n")
    with pytest.raises(ModuleNotFoundError, match="not_there"):
        drills.make("broken:Tag")


def test_a_file_names_no_module_that_would_be_imported() -> None:
    run = drillsergeant.train(Tag(name="os:getcwd"), decisions=1, matches=16)
    with pytest.raises(ValueError, match=r"the file is for the drill 'os:getcwd', there are ball.* --drill FILE\.py"):
        Policy.load(run.policy.to_bytes())
