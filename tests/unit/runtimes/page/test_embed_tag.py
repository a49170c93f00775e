"""The tag for somebody's page: it says what is set up now, as HTML that nothing in it can break out of."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import pytest
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.embed_tag import BY_HAND, EMBEDDED, TAG, UNTRAINED, WITH_CODE, tag
from drillsergeant.runtimes.page.panels.code_link import MOST_CODE
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from hypothesis import given
from hypothesis import strategies as st

from build.measure.posters import path_of
from build.pins import ROOT
from tests.fakes.page import Sitting

SITE = "https://here.example/drill/"
SCRIPT = ("script", {"src": SITE + "embed.js", "defer": ""})
CODE = "class Mine(BallDrill):\n\n    match_s: float = 30.0  # < 60 & > 20\n"
PLAIN = f'<script src="{SITE}embed.js" defer></script>\n<drill-sergeant drill="ball"></drill-sergeant>\n'


class Parsed(HTMLParser):
    """The tags that a browser finds in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def asked(sitting: Sitting) -> Parsed:
    """What the dialog shows."""
    sitting.page.on_click("embed-open")
    assert sitting.view.dialogs["embed-dialog"]
    return Parsed(sitting.view.values[TAG])


def test_a_page_as_it_opens_needs_two_lines() -> None:
    sitting = Sitting().boot()
    asked(sitting)
    assert sitting.view.values[TAG] == PLAIN
    assert sitting.view.texts["embed-note"] == UNTRAINED
    sitting.page.on_click("embed-copy")
    assert sitting.view.copied == PLAIN and sitting.view.texts["embed-copied"] == "Copied."
    sitting.view.copying_allowed = False
    sitting.page.on_click("embed-copy")
    assert sitting.view.texts["embed-copied"] == BY_HAND
    sitting.page.on_click("embed-close")
    assert not sitting.view.dialogs["embed-dialog"]


def test_what_was_set_up_is_in_it_and_what_is_a_frames_own_is_not() -> None:
    opening = {"speed": "2", "embed": "full", "theme": "dark", "mode": "solo", "learning_rate": "0.01"}
    sitting = Sitting(Opening(given=opening)).boot()
    sitting.view.values["seed"] = "5"
    sitting.page.on_click("reset")
    script, (name, attributes) = asked(sitting).tags
    assert (script, name) == (SCRIPT, "drill-sergeant")
    settings = dict(parse_qsl(attributes.pop("settings")))
    assert attributes == {"drill": "ball", "seed": "5", "speed": "2"}
    assert settings == {"learning_rate": "0.01"}


def test_code_that_was_written_goes_along_and_is_said_to_run_when_the_reader_runs_it() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("dock-code")
    assert "code" not in asked(sitting).tags[1][1], "the original is there anyway"
    sitting.view.values[EDITOR] = CODE
    assert asked(sitting).tags == [SCRIPT, ("drill-sergeant", {"drill": "ball", "code": CODE})]
    assert sitting.view.texts["embed-note"] == f"{UNTRAINED} {WITH_CODE}"
    assert sitting.compiler.attempts == []
    sitting.view.values[EDITOR] = CODE + "#" * MOST_CODE
    assert "code" not in asked(sitting).tags[1][1]
    assert f"left out: {len(CODE) + MOST_CODE} characters" in sitting.view.texts["embed-note"]


@given(
    st.sampled_from(("</script>", "<!-- <script>", "</SCRIPT\n", '"><img src=x onerror=alert(1)>', "'&quot;")),
    st.dictionaries(st.sampled_from(("seed", "clip_coef", '"><script>', "a&b=c")), st.text(max_size=20)),
)
def test_nothing_that_is_typed_breaks_out_of_it(code: str, values: dict[str, str]) -> None:
    values = {name: value.encode(errors="ignore").decode() for name, value in values.items()}
    found = Parsed(tag(SITE, "ball", values, code + "\npass"))
    assert [name for name, _ in found.tags] == ["script", "drill-sergeant"]
    assert found.tags[1][1]["code"] == code + "\npass"
    settings = parse_qsl(found.tags[1][1].get("settings", ""), keep_blank_values=True)
    assert dict(settings) == {name: value for name, value in values.items() if name != "seed"}


@pytest.mark.parametrize("drill", ["probe-value", "probe-both"])
def test_a_drill_without_a_poster_is_said_to_be_none_for_other_pages(drill: str) -> None:
    sitting = Sitting(Opening(given={"drill": drill})).boot()
    assert asked(sitting).tags == []
    assert "cannot stand in other pages yet" in sitting.view.texts["embed-note"]
    assert not sitting.enabled("embed-copy")


def test_the_drills_for_other_pages_are_those_of_the_element_and_have_posters() -> None:
    text = (ROOT / "web" / "embed.js").read_text()
    assert "    drill: choice(...Object.keys(NAMES))," in text
    (names,) = re.findall(r"const NAMES = \{(.*?)\};", text)
    assert tuple(re.findall(r'([\w-]+)"?: "', names)) == EMBEDDED
    assert len(re.findall(r": \"", names)) == len(EMBEDDED)
    assert [name for name in EMBEDDED if not path_of(name).is_file()] == []
