"""Every drill of the page has a picture to wait on, there and in other people's pages, which is its scene."""

from __future__ import annotations

import re

import pytest
from drillsergeant.runtimes.page.panels.drill import GAMES

from build.measure import posters
from build.pins import ROOT


@pytest.mark.parametrize("name", posters.DRAWN)
def test_a_poster_is_the_scene_as_it_is_now(name: str) -> None:
    assert posters.path_of(name).read_text() == posters.drawn(name), f"run python -m build.measure.posters {name}"


@pytest.mark.parametrize("name", GAMES)
def test_a_drill_of_the_page_has_a_poster_there_and_elsewhere(name: str) -> None:
    script, style = (ROOT / "web/embed.js").read_text(), (ROOT / "web/styles/style.css").read_text()
    (names,) = re.findall(r"const NAMES = \{([^}]*)\}", script)
    assert "drill: choice(...Object.keys(NAMES))" in script and re.search(rf'[ "]{name}"?: "', names)
    assert name in posters.DRAWN
    if name == "ball":  # its field is there before any address is read
        return
    picture = posters.path_of(name).relative_to(ROOT / "web")
    rule = f':root[data-drill="{name}"] {{ --field-picture: url("../{picture}"); }}'
    assert style.index(rule) > style.rindex("assets/field-dark.svg"), "also in the dark"
