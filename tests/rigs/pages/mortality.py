"""Workers that die, in several ways, and what the page noticed of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.rigs.pages.visitor import Visitor

NOTICED_S = 0.25  # on a quiet machine
BUSY = 4  # times as long on one that runs other tests beside this one
BACK_S = 90.0
# Keeps what the page starts, so that a test can end it in the middle of whatever it does.
HIRED = """{
  const Plain = Worker;
  globalThis.hired = {};
  globalThis.Worker = class extends Plain {
    constructor(address, options) { super(address, options); (hired[options?.name] ??= []).push(this); }
  };
}"""
AT_MS = "const at_ms = performance.timeOrigin + performance.now();"


def _in_worker(statement: str) -> Callable[[Visitor, str], float]:
    def end(visitor: Visitor, name: str) -> float:
        worker = visitor.worker(name.partition(".")[0])
        return float(worker.evaluate(f"(() => {{ {AT_MS} {statement}; return at_ms; }})()")) / 1000

    return end


def terminated(visitor: Visitor, name: str) -> float:
    """Ended from outside, wherever it is; the page has to have been opened with HIRED."""
    return (
        float(visitor.page.evaluate(f"(name) => {{ {AT_MS} hired[name].at(-1).terminate(); return at_ms; }}", name))
        / 1000
    )


# Each lets a worker die and returns when, in seconds since 1970. Those that act inside it meet the newest of its role.
WAYS: dict[str, Callable[[Visitor, str], float]] = {
    "ends itself": _in_worker("self.close()"),
    "terminated": terminated,
    "rejects": _in_worker("Promise.reject(new Error('out of luck'))"),
    "fails in Python": _in_worker(
        "setTimeout(() => pyodide._api.on_fatal(new Error('memory access out of bounds')), 0)"
    ),
}


def deaths(visitor: Visitor, name: str) -> list[float]:
    """When the page noticed that a worker had ended, in seconds since it was opened."""
    news = [re.match(rf"([\d.]+) s: {re.escape(name)} restarting", text) for text in visitor.told()["fleet_news"]]
    return [float(found[1]) for found in news if found]


def ended(visitor: Visitor, name: str, way: Callable[[Visitor, str], float] = WAYS["ends itself"]) -> float:
    """Let a worker die; returns after how many seconds the page noticed."""
    before = visitor.told()["restarts"].get(name, 0)
    died_s = way(visitor, name)
    visitor.until(f"the death of {name} was noticed", lambda: visitor.told()["restarts"].get(name, 0) > before)
    noticed_s = float(visitor.page.evaluate("performance.timeOrigin")) / 1000 + deaths(visitor, name)[-1]
    return noticed_s - died_s


def until_back(visitor: Visitor, name: str) -> None:
    """Wait for the one that takes its place."""
    visitor.until(f"{name} is back", lambda: visitor.told()["fleet"][name] == "ready", BACK_S)
