"""The element `<drill-sergeant>` on a plain page of somebody else's, on another origin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame

from tests.rigs.pages.embedding import Host, embedding


@pytest.fixture
def host(browser: Browser, tmp_path: Path) -> Iterator[Host]:
    with embedding(browser, tmp_path) as host:
        yield host


def test_nothing_more_is_downloaded_before_it_is_started_and_it_works_after(host: Host) -> None:
    host.open('<drill-sergeant drill="ball" seed="7" speed="4"></drill-sergeant><p id="after">After</p>')
    page = host.page
    page.wait_for_timeout(700)
    assert host.ours == ["embed.js", "assets/poster-ball.svg"]
    assert "Start" in page.get_by_role("button").inner_text()
    host.snapshot("embed-poster")
    place = "document.getElementById('after').getBoundingClientRect().top"
    reserved = page.evaluate(place)

    page.get_by_role("button").click()
    host.until("it is ready", lambda: host.heard("ready"))
    (mode,) = host.heard("mode")
    assert mode["mode"] == "shared" and mode["protocol"] == 1 and mode["embedded_by"] == host.address.rstrip("/")
    page.wait_for_timeout(300)
    assert abs(page.evaluate(place) - reserved) <= 2, "what follows stays where it was"
    assert "seed=7" in host.frame().url and "embed=minimal" in host.frame().url

    host.drill("train()")
    host.until("it trains", lambda: [told["on"] for told in host.heard("training")] == [True])
    host.until("it learns", lambda: (host.drill("metrics") or {}).get("updates", 0) >= 3)
    host.drill("setHyper({ clip_coef: 0.3 })")
    host.until("it is used", lambda: host.frame().input_value("#hyper-clip_coef") == "0.3")
    host.until("a goal is told", lambda: host.heard("goal"), 60)
    assert "seed=7" in (host.frame().get_attribute("#embed-own", "href") or "")
    host.until("wins are shown", lambda: "Wins" in host.frame().inner_text("#embed-line"))
    host.snapshot("embed")
    host.drill("stop()")
    host.until("it stopped", lambda: [told["on"] for told in host.heard("training")] == [True, False])

    host.drill("train()")
    host.until("it trains again", lambda: host.heard("training")[-1]["on"])
    page.evaluate("document.body.style.paddingTop = '3000px'")
    host.until("out of view it rests", lambda: not host.heard("training")[-1]["on"])
    ticks = "JSON.parse(document.getElementById('telemetry').textContent).show.ticks"
    page.wait_for_timeout(1200)
    before = host.frame().evaluate(ticks)
    page.wait_for_timeout(1200)
    assert host.frame().evaluate(ticks) == before, "the match rests too"
    page.evaluate("document.body.style.paddingTop = '0'")
    host.until("in view it goes on", lambda: host.heard("training")[-1]["on"])

    hostile(host)


def hostile(host: Host) -> None:
    """Everything a host may throw at the frame is refused or ignored, and the frame lives."""
    host.drill("loadPolicy(new Uint8Array(3).buffer).catch((why) => told.push([0, 'unloaded', why.message]))")
    host.until("the file is refused", lambda: host.heard("unloaded"))
    assert "bytes" in str(host.heard("unloaded")[0])
    host.drill("setHyper({ clip_coef: 'high' })")
    host.drill("setHyper({ clip_coef: 0.2, ['__pro' + 'to__x']: 1 })")
    host.drill("setHyper({ learning_rate: 1e9 })")
    host.until("each is answered", lambda: len(host.heard("error")) >= 3)
    assert [told["about"] for told in host.heard("error")] == ["message", "message", "trainer"]
    inside = host.frame()
    host.page.evaluate(
        """(site) => {
          const frame = drills[0].shadowRoot.querySelector("iframe").contentWindow;
          const hello = "drill-sergeant-hello-1";
          for (const data of ["stop", { type: "stop" }, '{"type":"stop"}', hello, new Uint8Array(1 << 20)])
            frame.postMessage(data, site);
          frame.postMessage(hello, site, [new MessageChannel().port2]);
        }""",
        host.site,
    )
    host.page.wait_for_timeout(500)
    assert host.heard("training")[-1]["on"], "only the first hello's port is listened to"
    assert len(host.heard("mode")) == 1
    errors = len(host.heard("error"))
    for _ in range(3):
        host.page.evaluate("for (let i = 0; i < 100000; i++) drills[0].stop()")
    host.until("the flood is told", lambda: len(host.heard("error")) > errors)
    assert "messages in a second" in host.heard("error")[-1]["message"]
    host.until("the flood's first messages did what they say", lambda: inside.text_content("#train") == "Train")
    before = updates(inside)
    inside.click("#train")
    host.until("the frame trains on", lambda: updates(inside) > before, 30)


def updates(inside: Frame) -> int:
    """How often the trainer in there has learned."""
    return int(json.loads(inside.text_content("#telemetry") or "{}")["trainer"]["updates"])
