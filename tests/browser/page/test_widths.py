"""Widths: nothing is wider than the window or cut, from 320 px to a desk, while it trains and with every fold open."""

import pytest
from drillsergeant.runtimes.page.address import DOCKS

from tests.rigs.pages.visitor import Visitor

# Elements with text of one line that is wider than they are.
CUT = """() => [...document.querySelectorAll(
        'h2, h3, figcaption, figcaption *, .legend *, .story-head *, .team, .score, .road li, dt, dd, #runs option')]
    .filter((one) => one.offsetParent && getComputedStyle(one).display !== 'inline')
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => `${one.tagName}#${one.id}.${one.className}: ${one.textContent.slice(0, 40)}`)"""
OUTSIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("drill", ["ball", "chase"])
def test_nothing_is_cut_or_wider_than_the_window(visitor: Visitor, drill: str) -> None:
    visitor.open(f"?learner=wasm&drill={drill}")
    page = visitor.page
    page.click("#train")
    visitor.until("the charts have lines", lambda: (visitor.trainer("t_s") or 0) > 1.5)
    page.click("#dock-charts")
    page.get_by_text("As numbers").click()
    page.evaluate("document.getElementById('metric-policy_loss').textContent = '−0.0123'")
    page.evaluate("document.getElementById('metric-t_s').textContent = '12 min 34 s'")
    page.evaluate("document.getElementById('metric-decisions').textContent = '12.34 M'")
    for width in (320, 390, 768, 1024, 1152, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for dock in DOCKS:
            page.evaluate("(dock) => { document.documentElement.dataset.docked = dock; }", dock)
            page.wait_for_timeout(100)
            assert page.evaluate(OUTSIDE) <= 0, f"{dock} at {width} px"
            assert page.evaluate(CUT) == [], f"{dock} at {width} px"
