"""A run's numbers over its time with its settings and what happened, for other programs: as CSV and as JSON.

CSV: a line `# name: value` for each setting, which pandas leaves out by `comment="#"`; the names; a row for each
moment, with what is not known empty, and in the column `event` whatever happened since the row before. JSON: an object
with `settings`, `numbers` (lists as long as `t_s`, null where unknown) and `events` ({t_s, decisions, kind, text}).
"""

from __future__ import annotations

import json
from dataclasses import asdict

from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.files.history_tensors import TIME

CSV, JSON = ".csv", ".json"


def settings_of(policy: PolicyFile) -> dict[str, object]:
    """What a run was trained with and has come to, by name."""
    progress = policy.progress
    return {
        "drill": policy.schema.drill,
        "hidden": list(policy.schema.hidden),
        "seed": policy.state.seed,
        "decisions": progress.decisions,
        "updates": policy.state.updates,
        "trained_s": round(progress.trained_s, 3),
        "win_rate": progress.win_rate,
        "created": progress.created,
        **asdict(policy.hyper),
        "own_code": bool(policy.edit),
    }


def write_json(policy: PolicyFile) -> bytes:
    """All of it as JSON."""
    numbers = {name: list(column) for name, column in policy.history.items()}
    told = {"settings": settings_of(policy), "numbers": numbers, "events": [dict(each) for each in policy.events]}
    return (json.dumps(told, indent=1, allow_nan=False) + "\n").encode()


def write_csv(policy: PolicyFile) -> bytes:
    """All of it as CSV."""
    lines = [f"# {name}: {json.dumps(value)}" for name, value in settings_of(policy).items()]
    numbers = policy.history
    names = [TIME, *(name for name in numbers if name != TIME)]
    lines.append(",".join([*names, "event"]))
    events = [(_seconds(each.get(TIME)), str(each.get("text", ""))) for each in policy.events]
    times_s = [_seconds(t_s) for t_s in numbers.get(TIME, ())]
    for row, t_s in enumerate(times_s):
        since_s = times_s[row - 1] if row else -1.0
        is_last = row + 1 == len(times_s)
        texts = [text for at_s, text in events if since_s < at_s and (at_s <= t_s or is_last)]
        values = [numbers[name][row] for name in names]
        lines.append(",".join([*("" if value is None else f"{value:.9g}" for value in values), _quoted(texts)]))
    return ("\n".join(lines) + "\n").encode()


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _quoted(texts: list[str]) -> str:
    """One field, whatever is in it, on one line."""
    text = "; ".join(" ".join(text.split()) for text in texts)
    return '"' + text.replace('"', '""') + '"' if text else ""
