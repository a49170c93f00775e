"""The page itself in lockstep: real workers, real shared memory, and the weights that a native run comes to."""

from __future__ import annotations

import os
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from drillsergeant.learn.lockstep import Recipe

from build.measure.lockstep import golden, native_digest
from build.promises.records import tally
from tests.rigs.pages.visitor import Visitor


def digest_on_the_page(visitor: Visitor, recipe: Recipe) -> str:
    """The digest of the weights that the page comes to."""
    values = recipe.plain()
    hyper = values.pop("hyper")
    assert isinstance(hyper, dict)
    address = {**values, **hyper, "lockstep": values.pop("updates"), "learner": "wasm"}
    visitor.open("?" + urlencode(address))
    visitor.page.click("#train")
    visitor.until("all updates are done", lambda: visitor.trainer("weights_sha256") is not None, 120)
    assert visitor.trainer("updates") == recipe.updates
    return str(visitor.trainer("weights_sha256"))


def test_the_page_in_lockstep_comes_to_the_golden_weights(visitor: Visitor) -> None:
    recipe, wanted = golden()
    assert digest_on_the_page(visitor, recipe) == wanted
    tally(18, "digests", 1)


@pytest.mark.skipif(not os.environ.get("PROMISES_AT_LENGTH"), reason="eight workers of two pages: make promises")
@pytest.mark.parametrize("workers", [1, 4, 8])
def test_with_any_number_of_workers_it_comes_to_the_native_weights_twice(visitor: Visitor, workers: int) -> None:
    recipe = replace(golden()[0], workers=workers, updates=20)
    wanted = native_digest(recipe)
    assert [digest_on_the_page(visitor, recipe) for _ in range(2)] == [wanted] * 2
    tally(18, "digests", 3)
