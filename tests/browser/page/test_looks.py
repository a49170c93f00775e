"""The page as a visitor meets it: nothing jumps, nothing is out of anybody's reach or cut, links reproduce the set-up.

All but the first have one page, whose run each of them goes on with; the last closes it. In the ordinary run half of
the docks stand for all of them on each smaller screen, and two in another game: `make visit` looks at every one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from drillsergeant.runtimes.page.address import DOCKS
from playwright.sync_api import ViewportSize

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import VIEWPORT, Household, Visitor

AT_LENGTH = bool(os.environ.get("LOOKS_AT_LENGTH"))
MOST_SHIFT = 0.01  # a tenth of what is usually called good
# The docks, and what is there when one is.
DOCKED = {
    "settings": "#drill-choice:enabled", "charts": "#chart-entropy .u-wrap", "inside": "#inside-body:not([hidden])",
    "code": "#workshop-editor[data-ready]", "compare": "#player-left:enabled", "whatif": "#what-if-run:enabled",
    "runs": "#runs-list",
    "checks": "#validation-state",
}  # fmt: skip
DIFFERENT = ("settings", "inside", "code", "compare")  # from one game to another
HALF, OTHER_HALF = ("settings", "charts", "code", "runs"), ("inside", "compare", "whatif", "checks")
PHONE: ViewportSize = {"width": 390, "height": 844}
LANDSCAPE: ViewportSize = {"width": 844, "height": 390}
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
# All folds open, what follows sizes has followed, and what moves has arrived.
SETTLE = """async () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  const frame = () => new Promise((then) => requestAnimationFrame(then));
  for (let n = 0; n < 3; n++) await frame();
  const ends = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
  await Promise.allSettled(ends.map(({ finished }) => finished));
  await frame();
}"""
# By dock, what is wider than the window, and elements with text of one line that is wider than they are. Charts follow
# their place by an observer, after the layout.
CUT = """async (docks) => {
  const texts = "h2, h3, figcaption, figcaption *, .legend *, .story-head *, .team, .score, .road li, dt, dd, "
    + "#runs option";
  const frame = () => new Promise((then) => requestAnimationFrame(then));
  const root = document.documentElement, was = root.dataset.docked, found = {};
  const cut = () => [...document.querySelectorAll(texts)]
    .filter((one) => one.offsetParent && getComputedStyle(one).display !== "inline")
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => `${one.tagName}#${one.id}.${one.className}: ${one.textContent.slice(0, 40)}`);
  for (const dock of docks) {
    root.dataset.docked = dock;
    for (let n = 0; n < 3; n++) await frame();
    for (const ends = performance.now() + 3000; ; await frame()) {
      const outside = root.scrollWidth - root.clientWidth;
      found[dock] = outside > 0 ? [...cut(), `${outside} px outside`] : cut();
      if (!found[dock].length || performance.now() > ends) break;
    }
  }
  root.dataset.docked = was;
  return Object.entries(found).filter(([, faults]) => faults.length);
}"""


def values(address: str) -> dict[str, list[str]]:
    """What an address sets; in which order does not matter."""
    return parse_qs(urlsplit(address).query)


@pytest.fixture
def watched(visitor: Visitor) -> Iterator[Visitor]:
    """A visitor whose browser counts what moves by itself."""
    visitor.page.add_init_script(COUNT_SHIFTS)
    yield visitor


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor who has the page open."""
    visitor = Visitor(household, address)
    visitor.open("?learner=wasm")
    yield visitor
    visitor.close()


def choose(visitor: Visitor, drill: str) -> None:
    """Play this game, where it is another one."""
    visitor.page.select_option("#drill-choice", drill)
    visitor.until(f"{drill} moves", lambda: visitor.told()["drill"] == drill and visitor.show("ticks"))


def docks(visitor: Visitor, names: Iterable[str] = DOCKED) -> Iterator[str]:
    """Open one dock after the other, as people do; of each the name, once all of it is there."""
    page = visitor.page
    for name in names:
        waits_for = DOCKED[name]
        if page.get_attribute(f"#dock-{name}", "aria-selected") != "true":
            page.click(f"#dock-{name}")
        page.wait_for_selector(waits_for)
        yield name


def assert_reachable(visitor: Visitor, names: Iterable[str] = DOCKED) -> None:
    """Axe finds nothing serious on the page, and in each dock once it is open: the rest is then as it was."""
    visitor.page.evaluate(SETTLE)
    assert violations(visitor.page) == []
    for name in docks(visitor, names):
        dock = visitor.page.get_attribute(f"#dock-{name}", "aria-controls")
        visitor.page.evaluate(SETTLE)
        assert violations(visitor.page, "#dock-tabs", f"#{dock}") == [], name


@pytest.mark.parametrize("size", [(1280, 800), (360, 740)], ids=["desk", "phone"])
def test_nothing_jumps_while_it_loads_and_trains(watched: Visitor, size: tuple[int, int]) -> None:
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    watched.open("?learner=wasm")
    watched.until_it_fits()
    page.click("#train")
    watched.until("it was measured", lambda: watched.trainer("win_rate") is not None, 60)
    page.locator("#chart-wins").scroll_into_view_if_needed()
    watched.until("the curve is drawn", lambda: page.locator("#chart-wins .u-wrap").count() >= 1)
    watched.snapshot(f"training-{size[0]}")
    for name in docks(watched, DOCKED if AT_LENGTH or size[0] > 1000 else HALF):
        for fold in page.locator("details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()
        page.wait_for_timeout(600)  # what moves later is not the visitor's own doing
        match = page.locator("#stage").bounding_box()
        assert match and match["y"] >= 0 and match["y"] + match["height"] < size[1], f"{name} leaves the match in sight"
    shifts = page.evaluate("window.shifts")
    assert sum(value for value, _, _ in shifts) < MOST_SHIFT, sorted(shifts)[::-1][:9]
    watched.until_it_fits()
    if size[0] > 1000:
        bottom = page.evaluate("document.getElementById('curve').getBoundingClientRect().bottom")
        assert bottom <= size[1], "match, curve and Train are on one screen"


def test_axe_finds_nothing_serious_in_light_dark_and_on_a_phone(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    page.click("#dock-charts")
    page.evaluate(KEEP_DASHES)
    visitor.train(on=True)
    visitor.until("charts are drawn", lambda: page.locator(".u-wrap").count() >= 9)
    page.emulate_media(forced_colors="active", color_scheme="dark")
    visitor.until("shapes tell the reward's lines apart", lambda: "7,3" in page.evaluate("dashes"))
    assert_reachable(visitor, DOCKED if AT_LENGTH else ("charts",))
    page.emulate_media(forced_colors="none", color_scheme="light")
    visitor.until("a version can be chosen", lambda: page.is_enabled("#compare"))
    visitor.train(on=False)
    visitor.until("a run is listed", lambda: page.locator("#runs-list option").count() >= 1)
    assert_reachable(visitor)
    visitor.snapshot("light")
    page.click("#theme")
    assert page.get_attribute("#theme", "aria-pressed") == "true"
    if AT_LENGTH:
        assert_reachable(visitor)
    visitor.snapshot("dark")
    for size, names in (PHONE, HALF), (LANDSCAPE, OTHER_HALF):
        page.set_viewport_size(size)
        assert_reachable(visitor, DOCKED if AT_LENGTH else names)
        visitor.snapshot(f"phone-{size['width']}")
        visitor.until_it_fits()
    page.click("#help")
    page.evaluate(SETTLE)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.set_viewport_size(VIEWPORT)
    for drill in ("sumo", "chase") if AT_LENGTH else ("sumo",):
        choose(visitor, drill)
        assert_reachable(visitor, DIFFERENT if AT_LENGTH else ("inside", "code"))
        page.click("#theme")
    if page.get_attribute("#theme", "aria-pressed") == "true":
        page.click("#theme")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_what_a_visitor_tries_happens_and_is_marked(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    choose(visitor, "ball")
    visitor.train(on=True)
    visitor.until("it learned a little", lambda: (visitor.trainer("t_s") or 0) > 2)
    page.click("#try-bold")
    visitor.until("five times as bold", lambda: abs(visitor.trainer("hyper")["learning_rate"] - 0.03) < 1e-9)
    marks = page.locator("#chart-wins button.mark", has_text="learning")
    visitor.until("the chart has a mark", lambda: marks.count() >= 1)
    page.click("#theme")  # which draws the charts anew
    place = "mark => mark.offsetLeft / mark.parentElement.clientWidth"
    visitor.until("it stands at its time", lambda: 0.03 < marks.first.evaluate(place) < 0.9)
    page.click("#theme")
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
    page.click("#try-bold")
    visitor.until("it is calm again", lambda: abs(visitor.trainer("hyper")["learning_rate"] - 0.006) < 1e-9)


@pytest.mark.parametrize("drill", ["ball", "chase"])
def test_nothing_is_cut_or_wider_than_the_window(opened: Visitor, drill: str) -> None:
    """From 320 px to a desk, while it trains and with every fold open."""
    visitor, page = opened, opened.page
    choose(visitor, drill)
    visitor.train(on=True)
    visitor.until("the charts have lines", lambda: (visitor.trainer("t_s") or 0) > 1.5)
    page.click("#dock-charts")
    page.evaluate(SETTLE)
    page.evaluate("document.getElementById('metric-policy_loss').textContent = '−0.0123'")
    page.evaluate("document.getElementById('metric-t_s').textContent = '12 min 34 s'")
    page.evaluate("document.getElementById('metric-decisions').textContent = '12.34 M'")
    for width in (320, 390, 768, 1024, 1152, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(CUT, DOCKS) == [], f"at {width} px"
    page.set_viewport_size(VIEWPORT)
    visitor.train(on=False)


def test_a_policy_that_is_ruined_is_taken_back_and_the_chart_says_so(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    choose(visitor, "chase")
    visitor.train(on=True)
    visitor.until("it plays well", lambda: (visitor.trainer("win_best") or 0) > 0.8, 90)
    rate = visitor.trainer("hyper")["learning_rate"]
    entropy = page.input_value("#hyper-entropy_coef")
    visitor.type("#hyper-entropy_coef", "1")  # acting by chance pays most then; with the 0.3 of the slider, not always
    page.press("#hyper-entropy_coef", "Enter")

    def rewinds() -> list[str]:
        return [event["text"] for event in visitor.trainer("events") or [] if event["kind"] == "rewind"]

    visitor.until("the guard answers", rewinds, 90)
    assert rewinds()[0].startswith("Wins against the scripted player fell from")
    visitor.until("the chart has a mark", lambda: "fell from" in (page.text_content("#chart-wins") or ""))
    assert visitor.trainer("hyper")["learning_rate"] == rate, "the setting is the visitor's"
    assert visitor.trainer("hyper_in_use")["learning_rate"] <= 0.5 * rate
    visitor.snapshot("rewind")
    visitor.type("#hyper-entropy_coef", entropy)
    page.press("#hyper-entropy_coef", "Enter")
    visitor.train(on=False)
    assert visitor.told()["errors"] == []


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


def test_a_link_reproduces_the_set_up_and_help_and_colours_work(opened: Visitor, household: Household) -> None:
    visitor, page = opened, opened.page
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(visitor, "ball")
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

    household.clear(visitor.address)  # another one comes, who has nothing of this one but the link
    other = Visitor(household, visitor.address)
    other.open(link.removeprefix(visitor.address))
    assert other.page.input_value("#seed") == "77"
    assert other.page.input_value("#hyper-clip_coef") == "0.3"
    assert other.page.input_value("#hyper-learning_rate") == "0.1"
    assert other.page.input_value("#speed") == "2"
    other.until("it opens on the same view", lambda: other.show("view") == "factory")
    other.until("the trainer uses them", lambda: (other.trainer("hyper") or {}).get("clip_coef") == 0.3)
    assert values(other.page.url) == values(link)
    other.close()
