"""Settings on the page: what an address sets, what is in use, what is refused, as a visitor reads them.

One page for all of it, opened with all that an address can have wrong and right; each test can be the first.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rigs.pages.visitor import Household, Visitor

WRONG = "?drill=tennis&seed=x%3Cscript%3E&view=moon&max_grad_norm=1e99&duels=" + "9" * 3000
FORMER = "&clip=0.3&lam=0.9&entropy=0.01&minibatch=512&guards=0"
SMALL = "&learner=wasm&matches=16&horizon=8&learning_rate=0.006"
NETWORK = "32,48,16"


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor who came by a link with much in it."""
    visitor = Visitor(household, address)
    visitor.open(f"{WRONG}{FORMER}{SMALL}&hidden={NETWORK}")
    yield visitor
    visitor.close()


def in_use(visitor: Visitor) -> float | None:
    """The learning rate that the page says is in use; None where it says nothing."""
    text = visitor.page.inner_text("#in-use-learning_rate")
    return float(text.removeprefix("in use ")) if text else None


def train(visitor: Visitor, updates: int) -> None:
    """Train on for so many updates, and rest."""
    before = visitor.trainer("updates") or 0
    visitor.page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) >= before + updates, 90)
    visitor.page.click("#train")
    visitor.until("it rests", lambda: visitor.trainer("training") is False)


def safeguards(visitor: Visitor, *, on: bool) -> None:
    """Turn them on or off, where they are not."""
    told = str(on).lower()
    if visitor.page.get_attribute("#safeguards", "aria-checked") != told:
        visitor.page.click("#safeguards")
    visitor.until("the trainer knows", lambda: visitor.trainer("safeguards") is on)
    assert visitor.page.get_attribute("#safeguards", "aria-checked") == told


def test_an_old_link_sets_what_it_set_and_a_safeguards_switch_that_is_off(opened: Visitor) -> None:
    page = opened.page
    fields = {"clip_coef": "0.3", "gae_lambda": "0.9", "entropy_coef": "0.01", "minibatch_size": "512"}
    assert {name: page.input_value(f"#hyper-{name}") for name in fields} == fields
    opened.until("the trainer uses them", lambda: (opened.trainer("hyper") or {}).get("clip_coef") == 0.3)
    opened.until("they are off", lambda: page.get_attribute("#safeguards", "aria-checked") == "false")
    page.select_option("#speed", "2")
    opened.until("the link has the new names", lambda: "speed=2" in page.url)
    assert "clip_coef=0.3" in page.url and "clip=" not in page.url


def test_after_update_64_the_page_shows_the_learning_rate_in_use_beside_the_one_set(opened: Visitor) -> None:
    page = opened.page
    safeguards(opened, on=True)
    assert opened.trainer("updates") or in_use(opened) is None
    train(opened, 600)
    assert page.input_value("#hyper-learning_rate") == "0.006", "nobody touched the field"
    opened.until("both stand there", lambda: 0.0 < (in_use(opened) or 0.0) <= 0.002)
    told = opened.trainer("hyper_in_use")["learning_rate"]
    assert in_use(opened) == float(f"{told:.3g}")

    safeguards(opened, on=False)
    opened.until("the address knows", lambda: "guards=0" in page.url)
    opened.until("annealing stays", lambda: in_use(opened) == 0.002)
    opened.snapshot("in-use")


def test_bad_values_in_an_address_are_explained_and_the_page_works(opened: Visitor) -> None:
    page = opened.page
    said = page.inner_text("#address-note")
    assert page.is_hidden("#errors"), "nothing went wrong"
    assert all(name in said for name in ("seed", "max_grad_norm", "view", "drill=tennis", "duels"))
    assert page.input_value("#seed") == "1"
    assert page.input_value("#hyper-clip_coef") == "0.3"
    page.click("#address-note-close")
    assert page.is_hidden("#address-note")
    train(opened, 2)
    assert opened.told()["errors"] == []


def test_bad_hyperparameters_are_refused_with_their_range(opened: Visitor) -> None:
    page = opened.page
    opened.until("the trainer told its settings", lambda: opened.trainer("hyper") is not None)
    good = opened.trainer("hyper")
    shown = str(good["learning_rate"])
    for text in ("nan", "-1", "1e308", "lots", ""):
        opened.type("#hyper-learning_rate", text)
        page.press("#hyper-learning_rate", "Enter")
        opened.until(f"{text!r} was put back", lambda: page.input_value("#hyper-learning_rate") == shown, 10)
    assert opened.trainer("hyper") == good

    def told() -> bool:
        return any("learning_rate" in refusal and "0.1" in refusal for refusal in opened.told()["refusals"])

    opened.until("the range is told", told, 10)
    opened.type("#hyper-learning_rate", "0.001")
    page.press("#hyper-learning_rate", "Enter")
    opened.until("a good value is used", lambda: opened.trainer("hyper")["learning_rate"] == 0.001)
    opened.type("#hyper-learning_rate", shown)
    page.press("#hyper-learning_rate", "Enter")
    opened.until("so is the one before", lambda: opened.trainer("hyper") == good)
    assert opened.told()["errors"] == []


def test_a_link_opens_with_its_network_and_another_one_is_asked_for_twice(opened: Visitor) -> None:
    page = opened.page
    assert page.input_value("#hidden") == NETWORK
    train(opened, 20)
    page.click(".settings .fold summary")
    opened.type("#hidden", "64,x")
    page.click("#hidden-apply")
    assert "1 to 3 hidden layers of 8 to 256 units each" in page.inner_text("#hidden-said")
    opened.type("#hidden", "8")
    page.click("#hidden-apply")
    assert "cannot go on in another network" in page.inner_text("#hidden-said")
    opened.snapshot("network")
    page.click("#hidden-apply")
    opened.until("it is there", lambda: "The network is 8 now" in page.inner_text("#hidden-said"))
    opened.until("nothing is learned yet", lambda: opened.trainer("updates") == 0)
    train(opened, 20)
    opened.until("the link has it", lambda: "hidden=8" in page.url)
    kept = f"for a network of {NETWORK}"
    opened.until("what was learned is kept", lambda: kept in (page.text_content("#runs-list") or ""))
    assert opened.told()["errors"] == [] and opened.complaints == []
