"""The page itself in lockstep: real workers, real shared memory, and the golden weights after fifty updates."""

from urllib.parse import urlencode

from build.measure.lockstep import golden
from tests.rigs.pages.visitor import Visitor


def test_the_page_in_lockstep_comes_to_the_golden_weights(visitor: Visitor) -> None:
    recipe, wanted = golden()
    values = recipe.plain()
    hyper = values.pop("hyper")
    assert isinstance(hyper, dict)
    address = {**values, **hyper, "lockstep": values.pop("updates"), "learner": "wasm"}
    visitor.open("?" + urlencode(address))
    visitor.page.click("#train")
    visitor.until("fifty updates are done", lambda: visitor.trainer("weights_sha256") is not None, 120)
    assert visitor.trainer("updates") == recipe.updates
    assert visitor.trainer("weights_sha256") == wanted
