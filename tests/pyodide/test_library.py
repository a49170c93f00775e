"""The library in somebody else's Pyodide: a page without isolation, no worker of ours, the wheel through micropip."""

import hashlib
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import drillsergeant
import pytest
from pytest_pyodide import run_in_pyodide

from build.pins import ROOT, SITE
from build.serve import serving
from tests.pyodide.conftest import with_templates

UPDATES, SEED, MATCHES = 20, 11, 64
PER_UPDATE = 112 * 16  # 48 matches of self-play, 16 duels; 16 decisions each


@pytest.fixture(scope="module")
def web_server_main(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The distribution as any static host serves it: no header isolates the page."""
    folder = Path(request.config.option.dist_dir)
    with serving(with_templates(folder, tmp_path_factory.mktemp("plain")), {}) as server:
        yield "localhost", server.server_port, tmp_path_factory.mktemp("plain-server") / "log"


@run_in_pyodide(packages=["micropip"])
async def train(selenium: Any, install: str, seed: int, matches: int, decisions: int) -> dict[str, Any]:
    """Install, import and train; what came of it."""
    import asyncio
    import copy
    import hashlib
    import pickle

    import js
    from pyodide.code import eval_code_async

    await eval_code_async(install, {})
    import drillsergeant
    import numpy as np

    run = drillsergeant.train("ball", seed=seed, matches=matches, decisions=decisions)
    turns = 0

    async def page() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    breathing = asyncio.ensure_future(page())
    rows = [row async for row in run]
    breathing.cancel()
    kernel = drillsergeant.Kernel("root", lambda x: {"y": [np.sqrt(x[0])]}, {"x": ["f32"]}, {"y": ["f32"]})
    x = np.arange(10, dtype=np.float32)
    chances = run.policy.probabilities(np.zeros(len(run.drill.observation), np.float32))
    run.policy.save("ours.dshq")
    told = {
        "isolated": bool(js.crossOriginIsolated),
        "engine": run.engine,
        "rows": [{name: float(value) for name, value in row.items()} for row in rows],
        "turns": turns,
        "digest": hashlib.sha256(run.policy.content.state.arrays["parameters"]).hexdigest(),
        "roots_equal": bool((drillsergeant.compile(kernel)({"x": [x]})["y"][0] == np.sqrt(x)).all()),
        "chances": float(chances.sum()) / len(run.drill.heads),
        "again": drillsergeant.Policy.load("ours.dshq").content.state.updates,
    }
    copies = [pickle.loads(pickle.dumps(run)), copy.deepcopy(run)]
    first, *others = (each.policy.content.state.arrays for each in (run, *copies) if each.step())
    return {**told, "copies_go_on_alike": others == [first, first]}


def documented(site: str) -> str:
    """What docs/library.md says to run in a notebook, with this site."""
    text = (ROOT / "docs" / "library.md").read_text()
    found = re.search(r"^    import micropip\n(?:    .*\n|\n)+", text, re.MULTILINE)
    assert found is not None and "https://example.org/drill/" in found[0]
    return textwrap.dedent(found[0]).replace("https://example.org/drill/", site)


@pytest.mark.driver_timeout(180)
@pytest.mark.skip_refcount_check  # the run keeps its exported functions, micropip JavaScript's functions it imports
def test_a_notebook_installs_the_wheel_trains_and_comes_to_the_native_weights(selenium_standalone: Any) -> None:
    with serving(SITE, {"Access-Control-Allow-Origin": "*"}) as site:  # another port is another origin
        told = train(selenium_standalone, documented(site.url), SEED, MATCHES, UPDATES * PER_UPDATE)
    assert told["isolated"] is False
    assert told["engine"] == "wasm"
    assert [row["decisions"] for row in told["rows"]] == [PER_UPDATE * (k + 1) for k in range(UPDATES)]
    last = told["rows"][-1]
    assert last["dropped"] == 0 and last["steps"] >= 1
    assert 1.0 < last["entropy"] < 3.5 and last["value_loss"] > 0.0
    assert told["turns"] >= UPDATES, "the page has its turn after every update"
    assert told["roots_equal"] and told["chances"] == pytest.approx(1.0, abs=1e-6) and told["again"] == UPDATES
    assert told["copies_go_on_alike"]
    native = drillsergeant.train("ball", seed=SEED, matches=MATCHES, decisions=UPDATES * PER_UPDATE)
    for _ in native:
        pass
    assert told["digest"] == hashlib.sha256(native.policy.content.state.arrays["parameters"]).hexdigest()
