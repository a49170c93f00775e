"""What `make lighthouse` makes of Lighthouse's reports."""

from typing import Any

from build.lighthouse import report as lighthouse


def one(performance: float, blocking_ms: float) -> dict[str, Any]:
    """A report as Lighthouse writes it, with one audit that failed, one that passed and one that does not count."""
    audits = {name: {"title": name, "score": 1, "numericValue": 2000.0} for name in lighthouse.METRICS}
    audits["total-blocking-time"] = {
        "title": "Total Blocking Time",
        "score": 0.4,
        "numericValue": blocking_ms,
        "displayValue": f"{blocking_ms:.0f} ms",
    }
    items = [{"node": {"snippet": "<a>"}}]
    audits["link-name"] = {"title": "Links have no name", "score": 0, "details": {"items": items}}
    audits["bf-cache"] = {"title": "Page prevented restoration", "score": 0}
    references = [{"id": name, "weight": 0 if name == "bf-cache" else 1} for name in audits]
    empty = {name: {"score": 1, "auditRefs": []} for name in lighthouse.LEAST}
    return {"categories": {**empty, "performance": {"score": performance, "auditRefs": references}}, "audits": audits}


def test_the_median_of_all_runs_counts_and_what_costs_points_is_named() -> None:
    reports = [one(0.8, 300.0), one(0.95, 100.0), one(0.9, 200.0)]
    assert lighthouse.points(reports) == {"performance": 90.0, "accessibility": 100, "best-practices": 100, "seo": 100}
    assert lighthouse.metrics(reports)["total-blocking-time"] == "200 ms (100 to 300)"
    assert lighthouse.metrics(reports)["speed-index"] == "2 s (2 to 2)"
    assert lighthouse.findings(reports[0]) == [
        "performance: Total Blocking Time 300 ms",
        "performance: Links have no name  <a>",
    ]
