"""Settings on the page: what is set and what is in use, as a visitor reads them."""

from __future__ import annotations

from tests.rigs.pages.visitor import Visitor

SMALL = "?drill=chase&learner=wasm&matches=16&horizon=8&learning_rate=0.006"


def in_use(visitor: Visitor) -> float | None:
    """The learning rate that the page says is in use; None where it says nothing."""
    text = visitor.page.inner_text("#in-use-learning_rate")
    return float(text.removeprefix("in use ")) if text else None


def test_after_update_64_the_page_shows_the_learning_rate_in_use_beside_the_one_set(visitor: Visitor) -> None:
    visitor.open(SMALL)
    page = visitor.page
    assert in_use(visitor) is None
    page.click("#train")
    visitor.until("it trained for long", lambda: (visitor.trainer("updates") or 0) > 600, 90)
    page.click("#train")
    visitor.until("it rests", lambda: visitor.trainer("training") is False)
    assert page.input_value("#hyper-learning_rate") == "0.006", "nobody touched the field"
    visitor.until("both stand there", lambda: 0.0 < (in_use(visitor) or 0.0) <= 0.002)
    told = visitor.trainer("hyper_in_use")["learning_rate"]
    assert in_use(visitor) == float(f"{told:.3g}")

    page.click("#safeguards")
    visitor.until("the trainer knows", lambda: visitor.trainer("safeguards") is False)
    assert page.get_attribute("#safeguards", "aria-checked") == "false"
    visitor.until("the address knows", lambda: "guards=0" in page.url)
    visitor.until("annealing stays", lambda: in_use(visitor) == 0.002)
    visitor.snapshot("in-use")


def test_an_old_link_sets_what_it_set_and_a_safeguards_switch_that_is_off(visitor: Visitor) -> None:
    visitor.open(SMALL + "&clip=0.3&lam=0.9&entropy=0.01&minibatch=512&guards=0")
    page = visitor.page
    fields = {"clip_coef": "0.3", "gae_lambda": "0.9", "entropy_coef": "0.01", "minibatch_size": "512"}
    assert {name: page.input_value(f"#hyper-{name}") for name in fields} == fields
    visitor.until("the trainer uses them", lambda: (visitor.trainer("hyper") or {}).get("clip_coef") == 0.3)
    visitor.until("they are off", lambda: page.get_attribute("#safeguards", "aria-checked") == "false")
    page.select_option("#speed", "2")
    visitor.until("the link has the new names", lambda: "speed=2" in page.url)
    assert "clip_coef=0.3" in page.url and "clip=" not in page.url


def test_a_link_opens_with_its_network_and_another_one_is_asked_for_twice(visitor: Visitor) -> None:
    visitor.open(SMALL + "&hidden=32,48,16")
    page = visitor.page
    assert page.input_value("#hidden") == "32,48,16"
    page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) > 20)
    page.click("#train")
    visitor.until("it rests", lambda: visitor.trainer("training") is False)
    page.click(".settings .fold summary")
    visitor.type("#hidden", "64,x")
    page.click("#hidden-apply")
    assert "1 to 3 hidden layers of 8 to 256 units each" in page.inner_text("#hidden-said")
    visitor.type("#hidden", "8")
    page.click("#hidden-apply")
    assert "cannot go on in another network" in page.inner_text("#hidden-said")
    visitor.snapshot("network")
    page.click("#hidden-apply")
    visitor.until("it is there", lambda: "The network is 8 now" in page.inner_text("#hidden-said"))
    visitor.until("nothing is learned yet", lambda: visitor.trainer("updates") == 0)
    page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) > 20)
    visitor.until("the link has it", lambda: "hidden=8" in page.url)
    kept = "for a network of 32,48,16"
    visitor.until("what was learned is kept", lambda: kept in (page.text_content("#runs-list") or ""))
    assert visitor.told()["errors"] == [] and visitor.complaints == []
