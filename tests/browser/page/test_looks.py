"""The page as a visitor meets it: nothing jumps, nothing is out of anybody's reach, links reproduce the set-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Visitor

MOST_SHIFT = 0.01  # a tenth of what is usually called good
# The docks, and what is there when one is.
DOCKED = {
    "settings": "#drill-choice:enabled", "charts": "#chart-entropy .u-wrap", "inside": "#inside-body:not([hidden])",
    "code": "#workshop-editor[data-ready]", "compare": "#player-left:enabled", "whatif": "#what-if-run:enabled",
    "runs": "#runs-list",
    "checks": "#validation-state",
}  # fmt: skip
DIFFERENT = ("settings", "inside", "code", "compare")  # from one game to another
KEEP_DASHES = """() => {
  const set = CanvasRenderingContext2D.prototype.setLineDash;
  window.dashes = [];
  CanvasRenderingContext2D.prototype.setLineDash = function (dash) { dashes.push(String(dash)); set.call(this, dash); };
}"""
COUNT_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    const names = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName || "?");
    window.shifts.push([entry.value, entry.startTime, names]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def values(address: str) -> dict[str, list[str]]:
    """What an address sets; in which order does not matter."""
    return parse_qs(urlsplit(address).query)


@pytest.fixture
def watched(visitor: Visitor) -> Iterator[Visitor]:
    """A visitor whose browser counts what moves by itself."""
    visitor.page.add_init_script(COUNT_SHIFTS)
    yield visitor


def docks(visitor: Visitor, names: Iterable[str] = DOCKED) -> Iterator[str]:
    """Open one dock after the other, as people do; of each the name, once all of it is there, and all unfolded."""
    page = visitor.page
    for name in names:
        waits_for = DOCKED[name]
        if page.get_attribute(f"#dock-{name}", "aria-selected") != "true":
            page.click(f"#dock-{name}")
        page.wait_for_selector(waits_for)
        for fold in page.locator("details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()
        page.wait_for_timeout(250)
        yield name


def assert_reachable(visitor: Visitor, names: Iterable[str] = DOCKED) -> None:
    """Axe finds nothing serious on the page, and in each dock once it is open: the rest is then as it was."""
    assert violations(visitor.page) == []
    for name in docks(visitor, names):
        dock = visitor.page.get_attribute(f"#dock-{name}", "aria-controls")
        assert violations(visitor.page, "#dock-tabs", f"#{dock}") == [], name


@pytest.mark.parametrize("size", [(1280, 800), (360, 740)], ids=["desk", "phone"])
def test_nothing_jumps_while_it_loads_and_trains(watched: Visitor, size: tuple[int, int]) -> None:
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    watched.open()
    page.click("#train")
    watched.until("it was measured", lambda: watched.trainer("win_rate") is not None, 60)
    page.locator("#chart-wins").scroll_into_view_if_needed()
    watched.until("the curve is drawn", lambda: page.locator("#chart-wins .u-wrap").count() >= 1)
    for name in docks(watched):
        page.wait_for_timeout(600)  # what moves later is not the visitor's own doing
        match = page.locator("#stage").bounding_box()
        assert match and match["y"] >= 0 and match["y"] + match["height"] < size[1], f"{name} leaves the match in sight"
    shifts = page.evaluate("window.shifts")
    assert sum(value for value, _, _ in shifts) < MOST_SHIFT, sorted(shifts)[::-1][:9]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    if size[0] > 1000:
        bottom = page.evaluate("document.getElementById('curve').getBoundingClientRect().bottom")
        assert bottom <= size[1], "match, curve and Train are on one screen"


def test_axe_finds_nothing_serious_in_light_dark_and_on_a_phone(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    page.click("#train")
    page.click("#dock-charts")
    visitor.until("charts are drawn", lambda: page.locator(".u-wrap").count() >= 9)
    page.evaluate(KEEP_DASHES)
    page.emulate_media(forced_colors="active", color_scheme="dark")
    visitor.until("shapes tell the reward's lines apart", lambda: "7,3" in page.evaluate("dashes"))
    assert_reachable(visitor)
    page.emulate_media(forced_colors="none", color_scheme="light")
    visitor.until("a version can be chosen", lambda: page.is_enabled("#compare"))
    page.click("#train")
    visitor.until("a run is listed", lambda: page.locator("#runs-list option").count() == 1)
    assert_reachable(visitor)
    visitor.snapshot("light")
    page.click("#theme")
    assert page.get_attribute("#theme", "aria-pressed") == "true"
    page.wait_for_timeout(700)
    assert_reachable(visitor)
    visitor.snapshot("dark")
    for size in ((390, 844), (844, 390)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(700)
        assert_reachable(visitor)
        visitor.snapshot(f"phone-{size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.click("#help")
    assert violations(visitor.page) == []
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 860})
    for drill in ("sumo", "chase"):
        page.select_option("#drill-choice", drill)
        visitor.until(f"{drill} moves", lambda drill=drill: visitor.told()["drill"] == drill and visitor.show("ticks"))
        assert_reachable(visitor, DIFFERENT)
        page.click("#theme")
        page.wait_for_timeout(700)
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def copied_tag(visitor: Visitor) -> str:
    """What the page copies for another page, which is what it shows."""
    page = visitor.page
    page.click("#embed-open")
    assert violations(page) == []
    page.click("#embed-copy")
    visitor.until("the tag is copied", lambda: page.inner_text("#embed-copied") == "Copied.")
    copied: str = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.input_value("#embed-tag")
    page.click("#embed-close")
    return copied


def test_a_link_reproduces_the_set_up_and_help_and_colours_work(visitor: Visitor, browser: Browser) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open()
    page = visitor.page
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('help-dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert not page.locator("#help-dialog").is_visible()
    page.focus("button.why[aria-describedby=note-clip_coef]")
    assert page.locator("#note-clip_coef").is_visible()
    page.locator("button.why[aria-describedby=note-clip_coef]").blur()
    assert not page.locator("#note-clip_coef").is_visible()
    for view in ("factory", "match"):
        page.keyboard.press("f")
        visitor.until(f"the {view} is on screen", lambda view=view: visitor.show("view") == view)

    visitor.type("#seed", "77")
    page.click("#reset")
    visitor.type("#hyper-clip_coef", "0.3")
    page.press("#hyper-clip_coef", "Enter")
    page.focus("#slide-learning_rate")
    page.keyboard.press("End")
    page.select_option("#speed", "2")
    page.click("#factory")
    visitor.until("the trainer took both", lambda: (visitor.trainer("hyper") or {}).get("learning_rate") == 0.1)
    visitor.until("the trainer took both", lambda: visitor.trainer("hyper")["clip_coef"] == 0.3)
    visitor.until("the address follows", lambda: "learning_rate=0.1" in page.url)
    page.click("#share")
    visitor.until("it says so", lambda: "copied" in page.inner_text("#status"))
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    copied = copied_tag(visitor)
    assert all(each in copied for each in ('seed="77" speed="2"', "learning_rate=0.1", "view=factory"))

    page.close()  # two trainings at once are more than two cores like
    other = Visitor(browser, link)
    other.open()
    assert other.page.input_value("#seed") == "77"
    assert other.page.input_value("#hyper-clip_coef") == "0.3"
    assert other.page.input_value("#hyper-learning_rate") == "0.1"
    assert other.page.input_value("#speed") == "2"
    other.until("it opens on the same view", lambda: other.show("view") == "factory")
    other.until("the trainer uses them", lambda: (other.trainer("hyper") or {}).get("clip_coef") == 0.3)
    assert values(other.page.url) == values(link)
    other.close()


def test_bad_values_in_an_address_are_explained_and_the_page_works(visitor: Visitor) -> None:
    visitor.open("?seed=x%3Cscript%3E&learning_rate=1e99&view=moon&drill=tennis&clip_coef=0.1&matches=" + "9" * 3000)
    page = visitor.page
    said = page.inner_text("#address-note")
    assert page.is_hidden("#errors"), "nothing went wrong"
    assert all(name in said for name in ("seed", "learning_rate", "view", "drill=tennis", "matches"))
    assert page.input_value("#seed") == "1"
    assert page.input_value("#hyper-clip_coef") == "0.1"
    page.click("#address-note-close")
    assert page.is_hidden("#address-note")
    page.click("#train")
    visitor.until("it trains", lambda: (visitor.trainer("updates") or 0) >= 2)
    assert visitor.told()["errors"] == []


def test_what_a_visitor_tries_happens_and_is_marked(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    page.click("#train")
    visitor.until("it learned a little", lambda: (visitor.trainer("t_s") or 0) > 2)
    page.click("#try-bold")
    visitor.until("five times as bold", lambda: abs(visitor.trainer("hyper")["learning_rate"] - 0.03) < 1e-9)
    visitor.until("the chart has a mark", lambda: page.locator("#chart-wins button.mark").count() >= 1)
    assert "learning" in (page.locator("#chart-wins button.mark").first.text_content() or "")
    page.click("#theme")  # which draws the charts anew
    page.wait_for_timeout(800)
    place = "mark => mark.offsetLeft / mark.parentElement.clientWidth"
    assert 0.03 < page.locator("#chart-wins button.mark").first.evaluate(place) < 0.9, "it stands at its time"
    for name in ("win_rate", "win_rate_random", "win_rate_pool", "rating"):
        visitor.until(f"{name} is shown", lambda name=name: page.text_content(f"#metric-{name}") != "–", 90)
    visitor.until("the road begins", lambda: page.locator("#road-0[data-reached]").count() == 1)
    trained_s = visitor.trainer("t_s")
    page.click("#restart")

    def begun() -> bool:
        if page.inner_text("#restart").startswith("Sure"):
            page.click("#restart")
        return bool(visitor.trainer("t_s") < trained_s)

    visitor.until("it begins again", begun)
    visitor.until("it learns again", lambda: visitor.trainer("training") and visitor.trainer("updates") > 2)
    assert abs(visitor.trainer("hyper")["learning_rate"] - 0.03) < 1e-9, "with what was applied"
    restart = [event["text"] for event in visitor.trainer("events") if event["kind"] == "restart"]
    assert restart == ["A new run from nothing, seed 1"]
    visitor.until("that is marked", lambda: "new run" in (page.text_content("#chart-wins") or ""))
    visitor.snapshot("restart")
    page.click("#try-hide")
    assert not page.locator("#try-bold").is_visible()
    page.reload()
    assert not page.locator("#try-bold").is_visible(), "remembered"


def test_a_policy_that_is_ruined_is_taken_back_and_the_chart_says_so(visitor: Visitor) -> None:
    visitor.open("?drill=chase&learner=wasm")
    page = visitor.page
    page.click("#train")
    visitor.until("it plays well", lambda: (visitor.trainer("win_best") or 0) > 0.8, 90)
    visitor.type("#hyper-entropy_coef", "1")  # acting by chance pays most then; with the 0.3 of the slider, not always
    page.press("#hyper-entropy_coef", "Enter")

    def rewinds() -> list[str]:
        return [event["text"] for event in visitor.trainer("events") or [] if event["kind"] == "rewind"]

    visitor.until("the guard answers", rewinds, 90)
    assert rewinds()[0].startswith("Wins against the scripted player fell from")
    visitor.until("the chart has a mark", lambda: "fell from" in (page.text_content("#chart-wins") or ""))
    assert visitor.trainer("hyper")["learning_rate"] == 0.003, "the setting is the visitor's"
    assert visitor.trainer("hyper_in_use")["learning_rate"] <= 0.0015
    visitor.snapshot("rewind")
    assert visitor.told()["errors"] == []
