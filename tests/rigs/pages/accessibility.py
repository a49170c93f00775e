"""What axe-core finds wrong in a document."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Frame, Page

from build.pins import CACHE

SERIOUS = ("serious", "critical")


def violations(document: Page | Frame, *inside: str) -> list[str]:
    """Serious or critical ones: rule, element and what would mend it.

    Args:
        document: what is examined.
        inside: selectors of the parts that are; none for all of it.
    """
    (source,) = CACHE.glob("npm-*/node_modules/axe-core/axe.min.js")
    if not document.evaluate("'axe' in window"):
        document.evaluate(source.read_text() + "; 0")
    result: dict[str, Any] = document.evaluate(
        "(inside) => axe.run(inside.length ? { include: inside } : document, { resultTypes: ['violations'] })",
        [[selector] for selector in inside],
    )
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in result["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]
