"""`<drill-sergeant>` where it is hard: several on a page, nonsense in tags and messages, strangers, no way in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshq import write_policy
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hidden import HIDDEN
from playwright.sync_api import Browser, Frame

from build.browsers.chromium import chromium_profile
from build.promises.records import tally
from build.site_parts.headers import ISOLATION
from tests.fakes.policies import some_policy
from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.embedding import HEADERS, Host, embedding, embedding_in

OPEN = {"Access-Control-Allow-Origin": "*"}  # what GitHub Pages sends
HEAVY = (".wasm", ".bin", ".whl", ".zip")
NONSENSE = {
    "drill": "chess",
    "controls": "all",
    "seed": "-3",
    "speed": "fast",
    "workers": "99",
    "editor": "<b>",
    "site": "javascript:0",
}
POLICY = write_policy(some_policy(Schema.of(facts_of(make("ball")), HIDDEN)))
POLICIES = {
    "good": POLICY,
    "cut": POLICY[:-100],
    "changed": POLICY[:-7] + b"\x01\x02" + POLICY[-5:],
    "sumo": write_policy(some_policy(Schema.of(facts_of(make("sumo")), HIDDEN))),
}
FAR = '<p style="height: 2000px">Much text</p>'


def started(host: Host, count: int) -> list[bool]:
    return [host.drill("started", index) for index in range(count)]


def test_several_share_one_download_train_one_at_a_time_and_two_at_most_have_a_frame(
    browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "page"
    page.mkdir()
    nonsense = " ".join(f"{name}='{value}'" for name, value in NONSENSE.items())
    # Contexts of tests keep downloads in memory, and none as large as Pyodide.
    with chromium_profile(tmp_path / "profile", browser) as context, embedding_in(context, page, HEADERS, {}) as host:
        host.open(
            f"<drill-sergeant {nonsense} autotrain></drill-sergeant>"
            "<drill-sergeant seed='2' workers='1' controls='full' settings='seed=5&clip_coef=0.3&embed=none'"
            " autotrain></drill-sergeant>"
            f"{FAR}<drill-sergeant drill='cartpole' seed='3' workers='1' controls='none'></drill-sergeant>"
        )
        host.until("the third is pictured", lambda: "assets/poster-cartpole.svg" in host.ours)
        assert len(host.warnings) == len(NONSENSE)
        for (name, value), warning in zip(NONSENSE.items(), host.warnings, strict=True):
            assert warning.startswith(f'<drill-sergeant {name}="{value}">: {name} must be '), "each is named"
        host.drill("start()")
        host.until("the first learns", lambda: (host.drill("metrics") or {}).get("updates", 0) >= 3)
        assert host.frame(0).url == host.site + "index.html?embed=minimal&drill=ball&seed=1&theme=light"
        heavy = {path: count for path, count in host.sent.items() if path.endswith(HEAVY)}
        assert len(heavy) == 3 and set(heavy.values()) == {1}, "a core, a snapshot, a program: one download for all"

        host.drill("start()", 1)
        host.until("the second is ready", lambda: host.heard("ready", 1))
        settings = {name: host.frame(1).input_value(f"#{name}") for name in ("seed", "hyper-clip_coef")}
        assert settings == {"seed": "2", "hyper-clip_coef": "0.3"}, "attributes go first"
        assert host.trains(0) and not host.trains(1), "autotrain waits while another one trains"
        assert {path: count for path, count in host.sent.items() if path.endswith(HEAVY)} == heavy
        host.frame(1).click("#train")
        assert violations(host.frame(0)) == []
        host.until("it trains when asked", lambda: host.trains(1))
        host.until("which stops the first", lambda: not host.trains(0))

        host.drill("train()", 2)
        assert started(host, 3) == [False, True, True], "the one started first makes room"
        host.until("the third is ready, out of view", lambda: host.heard("ready", 2))
        assert host.trains(1) and not host.trains(2), "a wish that waits takes nothing from anybody"
        assert violations(host.frame(1)) == []
        host.page.locator("drill-sergeant").nth(2).scroll_into_view_if_needed()
        host.until("it trains, as was asked", lambda: host.trains(2))
        host.until("the second rests", lambda: not host.trains(1))
        assert violations(host.frame(2)) == []
        host.until("in its own measure", lambda: "Mean return" in (host.frame(2).text_content("#embed-wins") or ""))
        host.page.locator("drill-sergeant").nth(1).scroll_into_view_if_needed()
        host.until("the third rests", lambda: not host.trains(2))
        host.page.locator("drill-sergeant").nth(2).scroll_into_view_if_needed()
        host.until("and goes on", lambda: host.trains(2))
        assert not host.trains(1), "starting another one has stopped it, for good"


def test_where_nothing_can_be_stored_it_plays_learns_and_takes_policies(browser: Browser, tmp_path: Path) -> None:
    for name, content in POLICIES.items():
        (tmp_path / f"{name}.dshq").write_bytes(content)
    with embedding(browser, tmp_path, site={}) as host:  # Playwright's contexts block the storage of foreign frames
        host.open(f"<drill-sergeant editor='reward' code='{LINE}'></drill-sergeant>")
        host.page.evaluate("void drills[0].loadPolicy('good.dshq').then((note) => told.push([0, 'note', note]))")
        host.until("a policy is taken even before there is a trainer", lambda: host.heard("note"))
        assert host.frame().evaluate("document.getElementById('workshop-editor').value") == f"{LINE}\n"
        (mode,) = host.heard("mode")
        assert mode["mode"] == "solo" and "refused the service worker" in mode["why"]
        host.drill("train()")
        host.until("it learns on from there", lambda: (host.drill("metrics") or {}).get("decisions", 0) > 31_000_000)
        host.until("the match moves", lambda: told(host.frame())["show"]["versions_adopted"] >= 2)
        assert violations(host.frame()) == []
        asked = {name: load(host, f"{name}.dshq") for name in (*POLICIES, "nowhere")}
        assert "Imported" in asked["good"], "also after it has learned something, which cannot be saved here"
        assert "was cut off" in asked["cut"]
        assert "damaged" in asked["changed"]
        assert "sumo" in asked["sumo"] and "ball" in asked["sumo"]
        assert "status 404" in asked["nowhere"]
        state = host.frame().evaluate("document.getElementById('runs-state').textContent")
        assert state.startswith("This browser keeps nothing for this page"), "and promises no saving"
        updates = host.drill("metrics")["updates"]
        host.until("it trains on", lambda: host.drill("metrics")["updates"] > updates + 2)


def load(host: Host, name: str) -> str:
    """What loading this policy resolves to or is refused with."""
    said: str = host.page.evaluate("(name) => drills[0].loadPolicy(name).catch((why) => why.message)", name)
    return said


def told(frame: Frame) -> dict[str, Any]:
    """What the page in there last wrote for machines to read."""
    text: dict[str, Any] = json.loads(frame.text_content("#telemetry") or "{}")
    return text


# A page that is dark where its reader's system is, or where a button of its own says so.
THEMED = """<style>
  @media (prefers-color-scheme: dark) { body { color: #eee; background: #111; } }
  [data-theme="dark"] body { color: #eee; background: #111; transition: color 0.2s; }
</style>"""
LINE = "class Mine(BallDrill): match_s: float = 30.0"
OTHER = "class Mine(BallDrill): match_s: float = 20.0\n"
CODE = f"""
  <script type="text/python">
    {LINE}
  </script>"""


def test_in_an_isolated_page_a_host_without_headers_is_let_in_without_credentials(
    browser: Browser, tmp_path: Path
) -> None:
    with embedding(browser, tmp_path, site=OPEN, page=ISOLATION) as host:
        host.open(f"{THEMED}<drill-sergeant autotrain>{CODE}</drill-sergeant>", "type='module'")
        assert host.page.evaluate("crossOriginIsolated")
        follows(host, "the poster", lambda: host.drill("shadowRoot.firstElementChild.style.colorScheme"))
        host.page.get_by_role("button").click()
        host.until("it learns", lambda: (host.drill("metrics") or {}).get("updates", 0) >= 3)
        assert host.heard("mode")[0]["mode"] == "shared"
        assert host.frame().evaluate("credentialless")
        host.until("the match follows", lambda: told(host.frame())["show"]["versions_adopted"] >= 2)
        assert host.frame().evaluate("document.getElementById('workshop-editor').value") == f"{LINE}\n"
        assert host.frame().is_visible("#workshop-run"), "for the reader to press"
        origin = host.address.rstrip("/")
        came = f"This code came with the page around, {origin}. Read it, then press Run."
        assert host.frame().inner_text("#workshop-said") == came, "and nothing else has run it"
        host.drill(f"showCode({OTHER!r}, true)")
        host.until(
            "more is shown", lambda: host.frame().evaluate("document.getElementById('workshop-editor').value") == OTHER
        )
        host.page.wait_for_timeout(500)
        assert host.frame().inner_text("#workshop-said") == came, "and not run either"
        follows(host, "the frame", lambda: host.frame().evaluate("document.documentElement.dataset.theme"))


def follows(host: Host, what: str, theme: Callable[[], str]) -> None:
    """Its colours change with those of the page around, whatever changes these."""
    for wanted in ("dark", "light"):
        host.page.emulate_media(color_scheme=wanted)
        host.until(f"{what} is {wanted} as the reader's system", lambda wanted=wanted: theme() == wanted)
    for wanted in ("dark", "light"):
        host.page.evaluate("(wanted) => { document.documentElement.dataset.theme = wanted; }", wanted)
        host.until(f"{what} is {wanted} as the page", lambda wanted=wanted: theme() == wanted)


# A page around the tutorial, and one beside our frame: both greet our frame as its parent would.
STRANGER = """<!doctype html><script>
const heard = [];
setInterval(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => heard.push(data);
  try { FRAME.postMessage("drill-sergeant-hello-1", "*", [port2]); } catch { return; }
  port1.postMessage('{"type": "train"}');
}, 20);
</script>"""
# Makes the frame without the element, by the book.
BY_HAND = """<!doctype html><iframe name="drill" width="700" height="600" src="{site}index.html?embed=minimal"></iframe>
<iframe name="beside" src="beside.html"></iframe><script>
const heard = [];
let port = null;
addEventListener("message", ({{ source, data }}) => {{
  if (source !== frames.drill || data !== "drill-sergeant-waiting-1") return;
  const channel = new MessageChannel();
  port = channel.port1;
  port.onmessage = (event) => heard.push(JSON.parse(event.data));
  source.postMessage("drill-sergeant-hello-1", "{site}", [channel.port2]);
}});
</script>"""
# What is sent, as JavaScript, and a word of the answer.
HOSTILE = {
    "'train'": "JSON",
    "''": "JSON",
    "'['.repeat(4000)": "brackets",
    "'\"' + 'x'.repeat(32768) + '\"'": "32770 characters",
    '\'{"type": "eval", "code": "1"}\'': "one of train",
    '\'{"type": "train", "then": 1}\'': "no field",
    '\'{"type": ["train"]}\'': "one of train",
    '\'{"type": "hyper", "values": {"clip_coef": "0.2"}}\'': "must be a number",
    '\'{"type": "hyper", "values": {"clip_coef": NaN}}\'': "no number",
    "({ type: 'train' })": "text of JSON",
    "7": "text of JSON",
    "null": "text of JSON",
    "[['train']]": "text of JSON",
    "new Uint8Array(9)": "text of JSON",
    "new Blob(['x'])": "text of JSON",
    "new ArrayBuffer(17 << 20)": "17825792 bytes",
}


def test_strangers_are_not_heard_and_nonsense_from_the_host_is_answered_and_does_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    with embedding(browser, tmp_path) as host:
        tutorial = host.address.replace("127.0.0.1", "localhost") + "tutorial.html"  # not the origin of what is around
        (tmp_path / "tutorial.html").write_text(BY_HAND.format(site=host.site))
        (tmp_path / "beside.html").write_text(STRANGER.replace("FRAME", "parent.frames[0]"))
        around = STRANGER.replace("FRAME", "frames[0].frames[0]")
        (tmp_path / "index.html").write_text(around + f'<iframe src="{tutorial}" width="800" height="700"></iframe>')
        page = host.page
        page.goto(host.address)
        page.wait_for_function("frames.length === 1 && frames[0].frames.length === 2")
        by_hand = next(frame for frame in page.frames if frame.url == tutorial)
        beside = next(frame for frame in page.frames if frame.url.endswith("beside.html"))
        inside = next(frame for frame in page.frames if frame.url.startswith(host.site))

        def heard(kind: str) -> list[dict[str, Any]]:
            messages: list[dict[str, Any]] = by_hand.evaluate("heard")
            return [message for message in messages if message["type"] == kind]

        host.until("it is ready", lambda: heard("ready"))
        (mode,) = heard("mode")
        assert mode["embedded_by"] == tutorial.removesuffix("/tutorial.html")
        for sent in HOSTILE:
            by_hand.evaluate(f"port.postMessage({sent})")
        host.until("each is answered", lambda: len(heard("error")) >= len(HOSTILE))
        for answer, (sent, word) in zip(heard("error"), HOSTILE.items(), strict=True):
            assert answer["about"] == "message" and word in answer["message"], sent
        assert heard("training") == [], "strangers pressed Train all the time"
        assert page.evaluate("heard") == [] and beside.evaluate("heard") == []

        by_hand.evaluate('port.postMessage(\'{"type": "train"}\')')
        host.until("the host itself is heard", lambda: [each["on"] for each in heard("training")] == [True])
        by_hand.evaluate('for (let i = 0; i < 101; i++) port.postMessage(\'{"type": "train"}\')')
        host.until("a flood is told", lambda: "messages in a second" in heard("error")[-1]["message"])
        page.wait_for_timeout(1100)
        by_hand.evaluate('port.postMessage(\'{"type": "stop"}\')')
        page.wait_for_timeout(500)
        assert heard("training")[-1]["on"], "and closes the port"
        before = told(inside)["trainer"]["updates"]
        host.until("the frame trains on", lambda: told(inside)["trainer"]["updates"] > before)
        assert told(inside)["errors"] == []


PRETENDER = """<!doctype html><script>
window.heard = [];
addEventListener("message", ({ data, ports }) => heard.push([data, ports.length]));
setInterval(() => parent.postMessage("drill-sergeant-waiting-1", "*"), 50);
</script>"""


@pytest.mark.parametrize("early", [False, True], ids=["greeted before", "while it loads"])
def test_no_page_that_pretends_to_be_the_frame_gets_a_port(browser: Browser, tmp_path: Path, early: bool) -> None:
    with embedding(browser, tmp_path) as host:
        (tmp_path / "pretender.html").write_text(PRETENDER)
        evil = host.address.replace("127.0.0.1", "localhost") + "pretender.html"
        host.open(f'<iframe name="beside" src="{evil}"></iframe><drill-sergeant></drill-sergeant>')
        page = host.page
        if early:  # it never has all of itself
            page.route("**/assets/icon.svg", lambda route: None)
        host.drill("start()")
        there = "globalThis.hostGate !== undefined" if early else "globalThis.hostGate?.origin"
        host.until("it could be greeted, or was", lambda: host.frame().evaluate(there))
        page.evaluate("(evil) => { drills[0].shadowRoot.querySelector('iframe').src = evil; }", evil)
        host.until("the other page is there", lambda: host.frame().url == evil)
        page.wait_for_timeout(500)
        assert [frame.evaluate("heard") for frame in page.frames if frame.url == evil] == [[], []]
        if early:
            source = "shadowRoot.querySelector('iframe').src"
            host.until("ours has its place again", lambda: host.drill(source).startswith(host.site))
        else:
            host.until("the poster is back", lambda: not host.drill("started"))
            assert "allows no frame" in host.shadow()


@pytest.mark.parametrize(
    ("site", "around", "prepare", "why"),
    [
        ({**HEADERS, "X-Frame-Options": "DENY"}, {}, "", "cannot be reached, or it or this page allows no frame"),
        (OPEN, ISOLATION, "delete HTMLIFrameElement.prototype.credentialless", "is cross-origin isolated"),
        (HEADERS, {}, "silence", "has not answered for 30 seconds"),
    ],
    ids=["frames forbidden", "isolated page, host without headers, no way around", "silence"],
)
def test_there_is_never_a_blank_frame(
    browser: Browser, tmp_path: Path, site: dict[str, str], around: dict[str, str], prepare: str, why: str
) -> None:
    with embedding(browser, tmp_path, site, around) as host:
        page = host.page
        if prepare == "silence":
            page.clock.install()
            page.route("**/index.html?*", lambda route: None)
        else:
            page.add_init_script(prepare)
        host.open("<drill-sergeant drill='sumo' seed='5'></drill-sergeant>", "type='module'")
        height = page.evaluate("drills[0].offsetHeight")
        page.evaluate(
            "void drills[0].loadPolicy(new ArrayBuffer(8)).catch((why) => told.push([0, 'lost', why.message]))"
        )
        page.wait_for_function("drills[0].started")
        if prepare == "silence":
            page.clock.fast_forward(31_000)
        host.until("the reason stands there", lambda: why in host.shadow(), 20)
        assert why in host.heard("error")[0]["message"] and why in str(host.heard("lost")[0])
        assert not host.drill("started") and page.evaluate("drills[0].offsetHeight") == height
        link = page.get_by_role("link")
        assert link.get_attribute("href") == host.site + "index.html?drill=sumo&seed=5"
        assert page.get_by_role("button").inner_text() == "Try again"
        tally(21, "ways", 1)
        host.snapshot(f"embed-{'-'.join(why.split()[:3])}")
