"""A learned policy as a file, `.dshq`: a valid safetensors file, which any program can read and training resumes from.

Tensors, f32, row-major, named as PyTorch names them:

    net.0.weight [H0][OBS]  net.0.bias [H0]      first linear layer, then tanh
    net.2.weight [H1][H0]   net.2.bias [H1]      second linear layer, then tanh; net.4 a third one; or the first alone
    policy.weight [R][H1]   policy.bias [R]      logits of choices, means of numbers; head of the action after head
    value.weight [1][H1]    value.bias [1]       expected return
    policy.log_std [C]                           of numbers, if there are any, in half ranges like means (`gaussian`)

so that `load_state_dict(load_file(path), strict=False)` fills a module with `net = Sequential(Linear, Tanh, Linear,
Tanh)`, a pair for each hidden layer, `policy = Linear` and `value = Linear`. `adam.mean.<name>` and
`adam.square.<name>` are Adam's first and second moments; a file may leave them out, like `history.<number>` [N], what
was shown over the run (`history_tensors`). In the order of `Schema.tensors` the
values are the flat parameter vector of `learn.formulas.network`.

Metadata (strings): `format`, `drill`, `schema` (a digest of what inputs and outputs mean), `observation` (JSON list
of names), `heads` (JSON: the name of each part of an action and its choices, or its range and unit), `actions` (R),
`hidden` (JSON list: units of each hidden layer; in older files a number, that of both), `activation`, `seed`,
`decisions`, `updates`, `steps`, `dropped`, `trained_s`, `win_rate`, `mean_return` (where that is the drill's measure),
`lesson` (from 0, the drill's that the run had come to; left out at the first), `hyper` (JSON; the names of `Hyper`, or
their former ones in older files), `hyper_guarded` and `hyper_in_use` (the same, where known, see `PolicyFile`),
`scales` (JSON, see `ppo.scales`: what training goes on with; the tensors do not depend on it),
`created`, `version` (of the published weights), `project`, `place` (of a game of the reader's own: where the page has
it), `events` (JSON list), `edit` (JSON string: the reader's own code of the drill that it was trained in; left out for
the original), and `digest`, of all the rest: whoever changes a file leaves `digest` out. The versions that a run has
kept are `versions.*`, see `kept_versions`, where there are any.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from drillsergeant._version import __version__
from drillsergeant.learn.files.history_tensors import Numbers, history_tensors, split_history
from drillsergeant.learn.files.joint_actions import split_joint
from drillsergeant.learn.files.kept_versions import (
    KeptVersion,
    VersionGames,
    read_games,
    split_versions,
    version_metadata,
    version_tensors,
)
from drillsergeant.learn.files.run_progress import RunProgress, counter, progress_metadata, read_progress
from drillsergeant.learn.files.safetensors import (
    PolicyFileError,
    Tensor,
    check_values,
    decode,
    encode,
    read_metadata,
    strict_json,
)
from drillsergeant.learn.files.schema import Schema, plain_head
from drillsergeant.learn.heads import choices_of, policy_rows
from drillsergeant.learn.ppo.hidden import ALLOWED, LAYERS_MAX, UNITS_MAX, hidden_text
from drillsergeant.learn.ppo.hyper import Hyper, current_names
from drillsergeant.learn.ppo.limits import LONGEST_DRILL_NAME, MOST_COUNT, MOST_SEED, SANE, checked_count
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.ppo.scales import Scales

FORMAT = "drillsergeant 1"
SUFFIX = ".dshq"
# LearnerState array -> what its tensors' names begin with.
PREFIXES: Mapping[str, str] = {"parameters": "", "first_moment": "adam.mean.", "second_moment": "adam.square."}
# Metadata and fields of `PolicyFile`.
HYPERS = ("hyper", "hyper_guarded", "hyper_in_use")
LONGEST_EVENTS = 32 * 1024  # characters of the marks, beside a reader's code and everything else in a header
OLD_LAYERS = 2  # of a network, before they could be chosen
COUNTERS: Mapping[str, int] = {
    "seed": MOST_SEED, "updates": MOST_COUNT, "steps": MOST_COUNT, "dropped": MOST_COUNT
}  # fmt: skip


@dataclass(frozen=True)
class PolicyFile:
    """What a file holds. A file without optimiser gives a state with a fresh one.

    `hyper` is the setting, `hyper_guarded` that with what safeguards had changed, `hyper_in_use` what the next update
    would use, annealed; the latter two are None where nobody wrote them down.
    """

    schema: Schema
    state: LearnerState
    hyper: Hyper
    progress: RunProgress
    hyper_guarded: Hyper | None = None
    hyper_in_use: Hyper | None = None
    edit: str = ""  # the reader's own code of the drill that it was trained in; "" for the original
    history: Numbers = field(default_factory=dict)  # `t_s` and what was shown then
    events: Sequence[Mapping[str, object]] = ()  # marks on it: {t_s, decisions, kind, text}
    versions: Sequence[KeptVersion] = ()  # that the run has kept, in its order
    games: Sequence[VersionGames] = ()  # among them


@dataclass(frozen=True)
class Summary:
    """What a list of runs shows of a file."""

    drill: str
    meaning: str
    progress: RunProgress
    edit: str = ""
    hidden: tuple[int, ...] = ()  # units of each hidden layer; none where the file does not say
    place: str = ""  # of a page, of a game of the reader's own


def write_policy(policy: PolicyFile) -> bytes:
    """Return the file, which `read_policy` takes. Raises ValueError for what cannot have been counted."""
    schema, state = policy.schema, policy.state
    for name, most in COUNTERS.items():
        checked_count(name, getattr(state, name), most, "a run neither begins nor counts beyond that")
    tensors: dict[str, Tensor] = {}
    for key, prefix in PREFIXES.items():
        tensors |= schema.split(state.arrays[key], prefix)
    tensors |= history_tensors(policy.history)
    tensors |= version_tensors(policy.versions, schema)
    metadata = {
        "format": FORMAT,
        "drill": schema.drill,
        "schema": schema.meaning,
        "observation": json.dumps(schema.observation),
        "heads": json.dumps(list(map(plain_head, schema.heads))),
        "actions": str(policy_rows(schema.heads)),
        "hidden": json.dumps(schema.hidden),
        "activation": "tanh",
        "seed": str(state.seed),
        "updates": str(state.updates),
        "steps": str(state.steps),
        "dropped": str(state.dropped),
        **progress_metadata(policy.progress),
        **hyper_metadata(policy),
        **({"scales": json.dumps(state.scales.plain())} if state.scales else {}),
        **version_metadata(policy.versions, policy.games),
        "project": __version__,
    }
    if schema.place:
        metadata["place"] = schema.place
    if policy.events:
        metadata["events"] = _newest(policy.events)
    if policy.edit:
        metadata["edit"] = json.dumps(policy.edit)
    return encode(tensors, {**metadata, "digest": _digest(tensors, metadata)})


def _newest(events: Sequence[Mapping[str, object]]) -> str:
    """As many of the newest marks as have room."""
    kept = list(events)
    while len(text := json.dumps(kept)) > LONGEST_EVENTS:
        kept = kept[1 + len(kept) // 8 :]
    return text


def hyper_metadata(policy: PolicyFile) -> dict[str, str]:
    """The hyperparameters of a policy as metadata, those that are known."""
    found = {name: getattr(policy, name) for name in HYPERS}
    return {name: json.dumps(asdict(hyper)) for name, hyper in found.items() if hyper is not None}


def read_summary(content: bytes) -> Summary:
    """Return what the file says of itself, whatever drill it is for. Raises PolicyFileError."""
    return _summary(read_metadata(content))


def read_policy(content: bytes, expected: Schema) -> PolicyFile:
    """Return what the file holds if all of it can be used for `expected`. Raises PolicyFileError."""
    tensors, metadata = decode(content)
    summary = _summary(metadata)
    digest = metadata.pop("digest", None)
    if digest is not None and digest != (found := _digest(tensors, metadata)):
        raise PolicyFileError(
            f"the file is damaged: its digest is {found[:12]}, it should be {digest[:12]!r}; get it again (whoever "
            "changed it on purpose removes 'digest' from its metadata)"
        )
    joint = _is_joint(summary, metadata, expected)
    _check_network(summary, expected)
    counters = {name: counter(metadata, name, most) for name, most in COUNTERS.items()}
    tensors, versions = split_versions(tensors, metadata, expected)
    weights, history = split_history(tensors)
    if joint:
        weights = split_joint(weights, list(map(len, choices_of(expected.heads))))
    arrays = _arrays(weights, expected)
    steps = counters["steps"] if "adam.mean.net.0.weight" in weights else 0
    state = LearnerState(
        counters["seed"], counters["updates"], steps, counters["dropped"], arrays, _scales(metadata, expected)
    )
    hypers = {name: hyper_in(metadata, name) for name in HYPERS}
    return PolicyFile(
        expected,
        state,
        hypers["hyper"] or Hyper(),
        summary.progress,
        hyper_guarded=hypers["hyper_guarded"],
        hyper_in_use=hypers["hyper_in_use"],
        edit=summary.edit,
        history=history,
        events=events_in(metadata),
        versions=versions,
        games=read_games(metadata, len(versions)),
    )


def _digest(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> str:
    """The same for the same names and values, in whatever order they lie in the file."""
    digest = hashlib.sha256(json.dumps(sorted(metadata.items())).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(json.dumps([name, tensor.shape]).encode())
        digest.update(tensor.content)
    return digest.hexdigest()


def _summary(metadata: Mapping[str, str]) -> Summary:
    found = metadata.get("format")
    if found != FORMAT:
        raise PolicyFileError(
            f"the file's format is {'missing' if found is None else repr(found[:40])}, expected {FORMAT!r}: it was "
            "written by another program or a newer version, which a reload of the page or an update brings"
        )
    drill, meaning = metadata.get("drill", "")[:LONGEST_DRILL_NAME], metadata.get("schema", "")[:64]
    place = metadata.get("place", "")[:40]
    return Summary(drill, meaning, read_progress(metadata), _edit(metadata), _hidden(metadata), place)


def events_in(metadata: Mapping[str, str]) -> tuple[Mapping[str, object], ...]:
    """The marks on the run in a file with these metadata; whoever shows them looks at each. Raises PolicyFileError."""
    found = strict_json(metadata.get("events", "[]"), depth=2)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise PolicyFileError("metadata 'events' must be a list of objects")
    return tuple(found)


def _edit(metadata: Mapping[str, str]) -> str:
    """The reader's code; "" where there is none."""
    text = strict_json(metadata.get("edit", '""'), depth=0)
    if not isinstance(text, str):
        raise PolicyFileError(f"metadata 'edit' is a {type(text).__name__}, expected a string of code")
    return text


def _hidden(metadata: Mapping[str, str]) -> tuple[int, ...]:
    """Units of each hidden layer; a number is that of both from when there were always two."""
    told = strict_json(metadata.get("hidden", "[]"), depth=1)
    units = told if isinstance(told, list) else [told] * OLD_LAYERS
    if len(units) > LAYERS_MAX or not all(type(count) is int and 1 <= count <= UNITS_MAX for count in units):
        raise PolicyFileError(f"metadata 'hidden' is {metadata['hidden'][:40]!r}; {ALLOWED}")
    return tuple(units)


def _check_network(summary: Summary, expected: Schema) -> None:
    """Raises PolicyFileError where the file is for a network of another shape."""
    if summary.hidden and summary.hidden != expected.hidden:
        theirs, ours = hidden_text(summary.hidden), hidden_text(expected.hidden)
        raise PolicyFileError(
            f"the file's network has hidden layers of {theirs} units, the one here of {ours}: choose the network "
            f"{theirs} for {expected.drill!r} first (hidden={theirs})"
        )


def _is_joint(summary: Summary, metadata: Mapping[str, str], expected: Schema) -> bool:
    """Whether the file is from when one choice stood for all heads. Raises PolicyFileError where it cannot be used."""
    if summary.drill != expected.drill:
        raise PolicyFileError(
            f"the file is for the drill {summary.drill!r}, {expected.drill!r} plays here: choose that drill first"
        )
    joint = summary.meaning == expected.joint_meaning != ""
    if summary.meaning != expected.meaning and not joint:
        raise PolicyFileError(
            f"the file's schema is {summary.meaning!r}, {expected.drill!r} has {expected.meaning!r}: what it observes "
            "or does has changed since; train a new one"
        )
    if metadata.get("activation", "tanh") != "tanh":
        raise PolicyFileError(f"the activation is {metadata['activation'][:20]!r}, expected 'tanh'")
    return joint


def _arrays(tensors: Mapping[str, Tensor], schema: Schema) -> dict[str, bytes]:
    """The three flat vectors of the learner. Adam's are zero where the file has none."""
    known = {prefix + name for prefix in PREFIXES.values() for name in schema.tensors}
    if unknown := sorted(set(tensors) - known):
        raise PolicyFileError(f"tensor {unknown[0]!r} belongs to no policy for {schema.drill!r}: leave it out")
    arrays: dict[str, bytes] = {}
    bare = not any(name.startswith("adam.") for name in tensors)
    for key, prefix in PREFIXES.items():
        if bare and prefix:
            arrays[key] = bytes(len(arrays["parameters"]))
            continue
        parts = []
        for name, shape in schema.tensors.items():
            tensor = tensors.get(prefix + name)
            if tensor is None:
                raise PolicyFileError(f"tensor {prefix + name!r} is missing")
            if tensor.shape != shape:
                found = f"tensor {prefix + name!r} has shape {list(tensor.shape)}"
                raise PolicyFileError(f"{found}, a policy for {schema.drill!r} has {list(shape)}")
            check_values(prefix + name, tensor.content, 0.0 if key == "second_moment" else -SANE)
            parts.append(tensor.content)
        arrays[key] = b"".join(parts)
    return arrays


def _scales(metadata: Mapping[str, str], schema: Schema) -> Scales | None:
    """What observations and returns were measured in; None where nobody wrote it down."""
    if "scales" not in metadata:
        return None
    try:
        return Scales.from_plain(strict_json(metadata["scales"], depth=2), len(schema.observation))
    except ValueError as wrong:
        raise PolicyFileError(f"metadata 'scales': {str(wrong)[:200]}") from wrong


def hyper_in(metadata: Mapping[str, str], which: str) -> Hyper | None:
    """Hyperparameters of the run, also by their former names; the default for one that the file does not have, None
    where it has none of this kind, one of HYPERS. Raises PolicyFileError."""
    if which not in metadata:
        return None
    changes = strict_json(metadata[which], depth=1)
    if not isinstance(changes, dict):
        raise PolicyFileError(f"metadata {which!r} is a {type(changes).__name__}, expected an object")
    try:
        return Hyper().changed(**current_names(changes))
    except ValueError as wrong:
        raise PolicyFileError(f"metadata {which!r}: {str(wrong)[:200]}") from wrong
