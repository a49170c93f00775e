"""The factory as a visitor uses it: standing matches before training, moving ones during it, and back to the match."""

from __future__ import annotations

import pytest

from tests.rigs.pages.visitor import Visitor

FRAMES = 45  # with the match on screen; the median is of the last 600
SAMPLE = """async () => {
  const image = await createImageBitmap(document.getElementById("match"));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, image.width, image.height).data;
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 4) sum = (sum * 31 + bytes[i] * 7 + bytes[i + 1] * 3 + bytes[i + 2]) >>> 0;
  return sum;
}"""


def moved(visitor: Visitor) -> bool:
    """Whether the picture changes within a third of a second."""
    before = visitor.page.evaluate(SAMPLE)
    visitor.page.wait_for_timeout(333)
    return bool(visitor.page.evaluate(SAMPLE) != before)


def test_the_factory_stands_before_training_moves_during_it_and_gives_the_match_back(visitor: Visitor) -> None:
    """With that, a program that plays a device is chosen neither to learn nor to draw."""
    visitor.open("?workers=2&matches=64")
    page = visitor.page
    page.click("#factory")
    visitor.until("the show draws the factory", lambda: visitor.show("view") == "factory")
    assert page.inner_text("#factory-count") == "128"
    assert page.is_hidden("#match-board")
    visitor.until("the matches stand still", lambda: not moved(visitor))
    page.click("#train")
    visitor.until("the matches move", lambda: moved(visitor))
    visitor.until("the heading tells the speed", lambda: "as fast as life" in page.inner_text("#factory-pace"))
    visitor.snapshot("factory")
    ticks = visitor.show("ticks")
    page.keyboard.press("f")
    visitor.until("the match is back", lambda: visitor.show("view") == "match")
    visitor.until("it had gone on unseen", lambda: visitor.show("ticks") > ticks)
    assert page.is_hidden("#factory-board")

    visitor.until("it was looked at", lambda: "program" in (visitor.trainer("learner_why") or ""))
    updates = visitor.trainer("updates")
    visitor.until("training goes on", lambda: visitor.trainer("updates") > updates)
    assert visitor.trainer("learner") == "wasm"
    assert visitor.show("renderer") == "canvas2d"
    assert page.text_content("#metric-renderer") == "canvas2d"
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


@pytest.mark.alone
def test_the_factory_keeps_the_beat_of_the_match_fits_a_phone_and_survives_a_show_that_died(visitor: Visitor) -> None:
    """The median of the frames so far with the match on screen, then with twice as many of 64 matches."""
    visitor.open()
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    frames = visitor.show("frames")
    visitor.until("the match is drawn", lambda: visitor.show("frames") >= frames + FRAMES)
    match_ms, drawn = visitor.show("frame_ms_p50"), visitor.show("frames")
    visitor.page.click("#factory")
    visitor.until("the factory is drawn", lambda: visitor.show("frames") >= 3 * drawn)
    assert visitor.show("view") == "factory"
    assert visitor.show("frame_ms_p50") <= 1.3 * match_ms
    assert visitor.told()["errors"] == []

    visitor.page.set_viewport_size({"width": 360, "height": 740})
    visitor.until_it_fits()
    visitor.worker("show").evaluate("self.close()")
    visitor.until("the show was started again", lambda: visitor.told()["show_restarts"] == 1)
    visitor.until("it draws", lambda: visitor.told()["fleet"]["show"] == "ready")
    visitor.until("it still draws the factory", lambda: visitor.show("view") == "factory" and visitor.show("ticks") > 0)
