"""The benchmark's worker (`workers/bench.js`): the measurements of `bench` inside a browser, answered one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import js
import numpy as np
import pyodide
from pyodide.ffi import to_js

from drillsergeant.bench.stand import Stand
from drillsergeant.browser.kernels import BrowserKernels
from drillsergeant.browser.memory import BrowserMemory, allocate
from drillsergeant.learn.program import Program
from drillsergeant.memory.layout import PAGE_BYTES, round_up


class BrowserPlace:
    """`bench.ground.BenchPlace` in an isolated worker, over the site's own program."""

    shared = True

    def __init__(self, facts: str, binary: bytes) -> None:
        self.program = Program.from_json(facts, binary)

    def memory(self, size_bytes: int) -> BrowserMemory:
        """Return new shared memory."""
        return BrowserMemory(allocate(round_up(size_bytes, PAGE_BYTES) // PAGE_BYTES, shared=True))

    def link(self, memory: Any, binary: bytes) -> BrowserKernels:
        """Compile and link."""
        return BrowserKernels(self.compile(binary), memory.handle)

    def compile(self, binary: bytes) -> Any:
        """Return a `WebAssembly.Module`."""
        return js.WebAssembly.Module.new(to_js(binary))


class BenchBoot:
    """Answers requests, which are JSON."""

    def __init__(self, facts: str, binary: Any) -> None:
        self._stand = Stand(BrowserPlace(facts, binary.to_bytes()))

    def answer(self, text: str) -> str:
        """Answer one request: {do: "versions" | "names"}, or {do: "round" | "unit" | "drop", name: ...}."""
        request = json.loads(text)
        return json.dumps(self._answer(request.pop("do"), **request))

    def _answer(self, do: str, **arguments: Any) -> object:
        if do == "versions":
            return {"Pyodide": pyodide.__version__, "NumPy (Pyodide)": np.__version__}
        stand = self._stand
        answers: dict[str, Callable[..., object]] = {
            "names": stand.names,
            "round": stand.round,
            "unit": stand.unit,
            "drop": stand.drop,
        }
        return answers[do](**arguments)
