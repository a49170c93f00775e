"""What axe-core finds wrong in a document."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Frame, Page

from build.pins import CACHE

SERIOUS = ("serious", "critical")


def violations(document: Page | Frame) -> list[str]:
    """Serious or critical ones: rule, element and what would mend it."""
    (source,) = CACHE.glob("npm-*/node_modules/axe-core/axe.min.js")
    if not document.evaluate("'axe' in window"):
        document.evaluate(source.read_text() + "; 0")
    result: dict[str, Any] = document.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in result["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]
