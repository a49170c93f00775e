"""One set of ranges: whatever may be loaded may be trained on, saved, loaded and trained on again, at all ends."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pytest
from drillsergeant.drills.contract import MOST_LESSONS
from drillsergeant.learn.files.dshq import PolicyFile, read_policy, write_policy
from drillsergeant.learn.files.history_tensors import Numbers
from drillsergeant.learn.files.kept_versions import MOST_GAMES, MOST_RATING, KeptVersion, VersionGames
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.safetensors import LONGEST_VALUE, PolicyFileError
from drillsergeant.learn.ppo.hyper import RANGES, Hyper
from drillsergeant.learn.ppo.limits import MOST_COUNT, MOST_DECISIONS, MOST_S, MOST_SEED, MOST_VERSION, SANE
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.ppo.scales import LARGEST, Scale, Scales
from drillsergeant.runtimes.protocol.messages import ImportRun, LoadRun, Message, SaveRun
from drillsergeant.runtimes.trainer.events import EVENTS_KEPT, KINDS, LONGEST_TEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.policies import ball_schema, network_of_schema, some_policy, with_versions
from tests.rigs.length import AT_LENGTH
from tests.rigs.saving_tab import Tab

SCHEMA = ball_schema()
SIZE = network_of_schema(SCHEMA).size
ENTRIES = len(SCHEMA.observation)
EXAMPLES = 8 if AT_LENGTH else 4  # each at several ends at once
JUST_SANE = float(np.nextafter(np.float32(SANE), np.float32(0)))


def counts(most: int) -> st.SearchStrategy[int]:
    return st.one_of(st.sampled_from([0, 1, most - 1, most]), st.integers(0, most))


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.one_of(st.sampled_from([low, high]), st.floats(low, high))


@cache
def array(largest: float, lowest: float, seed: int) -> bytes:
    """Numbers of every size up to the largest, and both ends."""
    random = np.random.default_rng(seed)
    values = largest * random.choice([1.0, 1e-3, 1e-20, 0.0], SIZE) * random.choice([1.0, lowest], SIZE)
    return values.astype(np.float32).tobytes()


def arrays(lowest: float) -> st.SearchStrategy[bytes]:
    sizes = st.sampled_from([0.0, 1e-30, 0.3, 1e4, 1e12, JUST_SANE])
    return st.builds(array, sizes, st.just(lowest), st.integers(0, 2))


HYPERS = st.builds(
    lambda values: Hyper(**values),
    st.fixed_dictionaries(
        {name: st.sampled_from([each.low, getattr(Hyper(), name), each.high]) for name, each in RANGES.items()}
    ),
)
SCALES = st.builds(
    lambda mean, variance, returns, updates, fresh: Scales(
        (Scale(mean, variance),) * ENTRIES, Scale(*returns), updates, fresh
    ),
    numbers(-LARGEST, LARGEST),
    numbers(0.0, LARGEST),
    st.tuples(numbers(-LARGEST, LARGEST), numbers(0.0, LARGEST)),
    counts(MOST_COUNT),
    st.booleans(),
)
STATES = st.builds(
    lambda seed, updates, steps, dropped, parts, scales: LearnerState(
        seed,
        updates,
        steps,
        dropped,
        dict(zip(("parameters", "first_moment", "second_moment"), parts, strict=True)),
        scales,
    ),
    counts(MOST_SEED),
    *[counts(MOST_COUNT)] * 3,
    st.tuples(arrays(-1.0), arrays(-1.0), arrays(1.0)),
    st.one_of(st.none(), SCALES),
)
PROGRESS = st.builds(
    RunProgress,
    decisions=counts(MOST_DECISIONS),
    trained_s=numbers(0.0, MOST_S),
    win_rate=st.one_of(st.none(), numbers(0.0, 1.0)),
    created=st.sampled_from(["", "2026-11-22T14:32:00Z", "9999-12-31T23:59:59Z", "yesterday"]),
    version=counts(MOST_VERSION),
    mean_return=st.one_of(st.none(), numbers(-SANE, SANE)),
    lesson=counts(MOST_LESSONS - 1),
)
VERSIONS = st.builds(
    KeptVersion,
    parameters=arrays(-1.0),
    version=counts(MOST_VERSION),
    decisions=counts(MOST_DECISIONS),
    updates=counts(MOST_COUNT),
    t_s=numbers(0.0, MOST_S),
    win=st.one_of(st.none(), numbers(0.0, 1.0)),
    kind=st.sampled_from(["first", "auto", "manual", "best", "another"]),
    rating=st.one_of(st.none(), numbers(-MOST_RATING, MOST_RATING)),
    mean_return=st.one_of(st.none(), numbers(-SANE, SANE)),
    lesson=counts(MOST_LESSONS - 1),
)
GAMES = st.builds(
    lambda own, other, games, won, lost: VersionGames(own, other, games, games * won, games * (1 - won) * lost),
    st.integers(0, 3),
    st.integers(-1, 3),
    st.one_of(st.sampled_from([5e-324, 4e-187, 1e-3]), numbers(0.0, MOST_GAMES)),
    numbers(0.0, 1.0),
    numbers(0.0, 1.0),
)
EVENTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "t_s": st.floats(allow_nan=False, allow_infinity=False),
        "decisions": st.integers(-(10**15) + 1, 10**15 - 1),
        "text": st.sampled_from(["", "a mark", "\u2028\x00\U0001f3d0", "\U0001f3d0" * LONGEST_TEXT]),
    }
)
HISTORY: st.SearchStrategy[Numbers] = st.lists(numbers(0.0, MOST_S), max_size=5).map(
    lambda times: {"t_s": sorted(times), "entropy": [None, *[3e38] * 4][: len(times)]} if times else {}
)


@st.composite
def policies(draw: st.DrawFn) -> PolicyFile:
    """Files that are taken, at the ends of what may stand in them."""
    versions = draw(st.lists(VERSIONS, max_size=3))
    games = [game for game in draw(st.lists(GAMES, max_size=4)) if max(game.own, game.other) <= len(versions)]
    events = draw(st.lists(EVENTS, max_size=3)) * draw(st.sampled_from([1, EVENTS_KEPT]))
    hypers = draw(st.tuples(HYPERS, HYPERS, HYPERS))
    return PolicyFile(
        SCHEMA, draw(STATES), hypers[0], draw(PROGRESS), *hypers[1:], "", draw(HISTORY), events,
        versions, games if versions else (),
    )  # fmt: skip


def done(tab: Tab, request: Message) -> Tab:
    """A tab that has done what it was asked for."""
    told = tab.ask(request)
    assert not told.get("refused") and "not saved" not in told.get("note", ""), told
    return tab


def goes_round(policy: PolicyFile) -> PolicyFile:
    """Take it, train on, save, load that, train on and save; returns what was saved first."""
    content = write_policy(policy)
    assert read_policy(content, SCHEMA).state == policy.state
    tab = done(Tab(), ImportRun("absurd.dshq", content)).train(1)
    tab.trainer.report()
    saved: PolicyFile = done(tab, SaveRun()).saved("absurd")
    again = done(Tab(tab.storage), LoadRun("absurd"))
    assert again.state() == tab.state()
    assert done(again.train(1), SaveRun()).saved("absurd").schema == SCHEMA
    return saved


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(policies())
def test_whatever_may_be_loaded_may_be_trained_on_saved_and_loaded(policy: PolicyFile) -> None:
    saved = goes_round(policy)
    assert saved.state.updates == min(policy.state.updates + 1, MOST_COUNT)
    assert saved.progress.decisions >= min(policy.progress.decisions + 1, MOST_DECISIONS)


def test_numbers_at_the_end_of_their_range_stay_there() -> None:
    policy = with_versions(some_policy(SCHEMA))
    scale = Scale(1.1e18, LARGEST)  # one more batch, and the variance would be above that
    arrays = policy.state.arrays | {"parameters": array(1e-6, -1.0, 0)}  # small, or the update would be dropped
    state = replace(
        policy.state,
        arrays=arrays,
        updates=MOST_COUNT,
        steps=MOST_COUNT,
        scales=Scales((scale,) * ENTRIES, scale, MOST_COUNT, False),
    )
    progress = replace(policy.progress, decisions=MOST_DECISIONS, trained_s=MOST_S, version=MOST_VERSION)
    saved = goes_round(replace(policy, state=state, progress=progress))
    assert (saved.state.updates, saved.state.steps, saved.progress.decisions) == (
        MOST_COUNT,
        MOST_COUNT,
        MOST_DECISIONS,
    )
    scales = saved.state.scales
    assert scales is not None and scales.updates == MOST_COUNT
    assert scales != state.scales and scales.observations[0].variance == LARGEST


@pytest.mark.parametrize("games", [5e-324, 4e-187, 4e-4])
def test_hardly_any_games_are_none(games: float) -> None:
    goes_round(replace(with_versions(some_policy(SCHEMA)), games=(VersionGames(0, 1, games, games, 0.0),)))


@pytest.mark.parametrize("name", ["updates", "steps", "dropped"])
def test_a_counter_that_has_no_more_room_is_refused_at_once_with_both_numbers(name: str) -> None:
    state = replace(some_policy(SCHEMA).state)
    setattr(state, name, MOST_COUNT + 1)
    with pytest.raises(
        ValueError, match=rf"{name} must be a whole number from 0 to {MOST_COUNT}, got {MOST_COUNT + 1}: "
    ):
        write_policy(replace(some_policy(SCHEMA), state=state))
    content = write_policy(some_policy(SCHEMA))
    digest = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]["digest"]
    found = f'"{name}":"{getattr(some_policy(SCHEMA).state, name)}"'
    longer = content[8 : 8 + int.from_bytes(content[:8], "little")].decode().rstrip()
    longer = longer.replace(found, f'"{name}":"{2**31 - 1}"').replace(f',"digest":"{digest}"', "")
    changed = len(longer).to_bytes(8, "little") + longer.encode() + content[8 + int.from_bytes(content[:8], "little") :]
    with pytest.raises(
        PolicyFileError, match=rf"'{name}' is '2147483647', expected a whole number from 0 to 2147483646"
    ):
        read_policy(changed, SCHEMA)
    assert Tab().ask(ImportRun("absurd.dshq", changed))["refused"]


def test_marks_give_way_where_there_is_no_room_for_all() -> None:
    marks = [{"kind": "save", "t_s": 1.0, "decisions": number, "text": "\U0001f3d0" * 400} for number in range(64)]
    policy = replace(some_policy(SCHEMA), events=marks, edit="é" * (LONGEST_VALUE // 6 - 2))
    read = read_policy(write_policy(policy), SCHEMA)
    assert read.edit == policy.edit and list(read.events) == marks[-len(read.events) :] and len(read.events) >= 4


@pytest.mark.parametrize("number", ["1e999", "-1e400"])
def test_a_number_beyond_all_numbers_is_refused(number: str) -> None:
    content = write_policy(replace(some_policy(SCHEMA), events=[{"kind": "save", "t_s": 123.456, "decisions": 1}]))
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    header["__metadata__"]["events"] = header["__metadata__"]["events"].replace("123.456", number)
    del header["__metadata__"]["digest"]
    text = json.dumps(header).encode()
    with pytest.raises(PolicyFileError, match="more than a number can be"):
        read_policy(len(text).to_bytes(8, "little") + text + content[8 + size :], SCHEMA)


def test_what_was_measured_and_makes_no_sense_is_left_out_of_a_file() -> None:
    progress = RunProgress(5, -3.0, math.nan, "", 1, math.inf)
    version = KeptVersion(array(1.0, -1.0, 0), 1, 1, 1, math.inf, math.nan, "auto", 2e6, 1e30)
    policy = replace(
        some_policy(SCHEMA), progress=progress, versions=[version], games=[VersionGames(0, 1, 4e9, 1e9, 2e9)]
    )
    read = read_policy(write_policy(policy), SCHEMA)
    assert (read.progress.trained_s, read.progress.win_rate, read.progress.mean_return) == (0.0, None, None)
    kept = asdict(read.versions[0])
    assert (kept["t_s"], kept["win"], kept["rating"], kept["mean_return"]) == (MOST_S, None, MOST_RATING, None)
    assert read.games == (VersionGames(0, 1, MOST_GAMES, MOST_GAMES / 4, MOST_GAMES / 2),)
