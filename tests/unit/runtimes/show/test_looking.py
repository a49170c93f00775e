"""Looking into a player: its decisions as they were, one of them again, and its value map, which is the library's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import drillsergeant
import numpy as np
import pytest
from drillsergeant.drawing.colours import faded
from drillsergeant.drawing.maps.cells import things_of
from drillsergeant.drawing.maps.mosaic import LEVELS, NEUTRAL, OPACITY, tint
from drillsergeant.drawing.place import arrange
from drillsergeant.drills.contract import Outcome
from drillsergeant.learn.engine import Insight
from drillsergeant.library.policy import Policy, schema_of
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.codec import ProtocolError
from drillsergeant.runtimes.show.map_maker import MapMaker

from tests.fakes.theatre import Theatre


def looking(player: int = 0, name: str = "ball") -> Theatre:
    theatre = Theatre(name=name)
    theatre.publish(4)
    theatre.show.handle(messages.Inspect(player))
    return theatre


def inside(theatre: Theatre) -> dict[str, object]:
    found = theatre.told("inside")
    assert isinstance(found, dict)
    return found


def test_every_decision_is_told_once_with_what_the_drill_pays_for_it() -> None:
    theatre = looking(1)
    drill, repeat = theatre.drill, theatre.drill.action_repeat
    states = [dict(theatre.match.state()), *theatre.ticks(5 * repeat)]
    told = inside(theatre)["decisions"]
    assert isinstance(told, list) and [row[0] for row in told] == [1, 2, 3, 4, 5]
    for at, row in enumerate(told):
        before, after = (
            {field: np.array([value], np.float32) for field, value in states[tick * repeat].items()}
            for tick in (at, at + 1)
        )
        assert row[3:] == [float(term[0]) for term in drill.reward(before, after, 1)]
        assert row[1] == pytest.approx(at * repeat / drill.tick_hz)
    theatre.ticks(repeat)
    again = inside(theatre)["decisions"]
    assert isinstance(again, list) and [row[0] for row in again] == [6]


def test_goals_and_resets_are_marked_for_the_player_who_is_looked_into() -> None:
    for player, winner, mark in ((0, 1, "for"), (0, -1, "against"), (1, -1, "for"), (1, 0, "reset")):
        theatre = looking(player)
        theatre.ticks(3)
        log = theatre.show.screen_matches[0].log
        log.end(Outcome(winner != 0, winner == 0, winner), [1.0, 0.0, 0.0])
        assert log.news()[-1][2:] == [mark, 1.0, 0.0, 0.0]


def test_a_decision_is_shown_again_and_let_go() -> None:
    theatre = looking()
    repeat = theatre.drill.action_repeat
    start = dict(theatre.match.state())
    theatre.ticks(2 * repeat)
    first = inside(theatre)
    theatre.ticks(2 * repeat)
    with pytest.raises(ProtocolError, match="pause it first"):
        theatre.show.handle(messages.Recall(2))
    theatre.show.handle(messages.Pause())
    screen_match = theatre.show.screen_matches[0]
    theatre.show.handle(messages.Recall(2))
    recalled = inside(theatre)
    assert recalled["recalled"] == 2 and recalled["observation"] == first["observation"]
    theatre.show.handle(messages.Recall(1))
    assert screen_match.seen == start
    now = dict(theatre.match.state())
    theatre.show.handle(messages.Recall(77))
    assert screen_match.recalled is None, "it is not kept: the match as it is"
    theatre.show.handle(messages.Recall(1))
    theatre.show.handle(messages.Inspect(0))
    assert screen_match.seen == start, "asked again, it is the same player"
    theatre.show.handle(messages.StepShow(1))
    assert screen_match.recalled is None and theatre.match.state() != now, "the match goes on from where it was"
    theatre.show.handle(messages.Recall(1))
    theatre.show.handle(messages.Recall(-1))
    assert screen_match.seen == theatre.match.state() and inside(theatre)["recalled"] == -1


def test_the_board_is_of_the_moment_that_is_shown_again() -> None:
    theatre = looking()
    theatre.ticks(2 * theatre.drill.action_repeat)
    screen_match = theatre.show.screen_matches[0]
    screen_match.moment.scores[1] += 1
    theatre.ticks(theatre.drill.action_repeat)
    theatre.show.handle(messages.Pause())
    names = "score_0", "score_1", "clock_s"
    now = [theatre.told(name) for name in names]
    theatre.show.handle(messages.Recall(2))
    second = theatre.drill.action_repeat / theatre.drill.tick_hz
    assert [theatre.told(name) for name in names] == [0, 0, pytest.approx(second)] and now[:2] == [0, 1]
    assert inside(theatre)["version"] == screen_match.versions[0]
    theatre.show.handle(messages.Recall(-1))
    assert [theatre.told(name) for name in names] == now


def test_influences_are_of_what_it_chose_against_what_it_usually_sees() -> None:
    theatre = looking()
    theatre.ticks(theatre.drill.action_repeat)
    assert inside(theatre)["influences"] == [], "nothing is usual yet"
    theatre.ticks(20 * theatre.drill.action_repeat)
    found, log = inside(theatre), theatre.show.screen_matches[0].log
    influences = found["influences"]
    assert isinstance(influences, list) and len(influences) == len(theatre.drill.observation)
    assert influences == pytest.approx(theatre.match.influences(0, log.usual), abs=0.5) and max(influences) > 0.01
    log.follow(1)
    assert log.usual == []


def finished(theatre: Theatre) -> MapMaker:
    """The map on screen, once it is there."""
    theatre.frames(14)
    maker = theatre.show.screen_matches[0].map
    assert maker is not None and maker.shown is not None
    return maker


@pytest.mark.parametrize(("player", "thing"), [(0, 2), (1, 0)])
def test_the_map_is_the_one_that_the_library_makes_of_the_same_moment(player: int, thing: int) -> None:
    theatre = looking(player)
    weights = theatre.network.initial(4) * np.float32(3)
    theatre.writer.publish(weights.tobytes(), 0)
    theatre.ticks(30)
    theatre.show.handle(messages.Pause())
    theatre.show.handle(messages.SetMap(thing))
    finished(theatre)
    theatre.show.handle(messages.ExportMap())
    exported = theatre.answers[-1]
    assert isinstance(exported, messages.Exported) and isinstance(exported.content, bytes)
    saved = json.loads(exported.content)
    parts = schema_of(theatre.drill).split(weights.tobytes())
    tensors = {name: np.frombuffer(part.content, np.float32).reshape(part.shape) for name, part in parts.items()}
    policy = Policy.from_tensors(theatre.drill, tensors)
    native = drillsergeant.value_map(policy, saved["state"], player=player, thing=saved["thing"])
    values = np.array(saved["values"], np.float32)
    assert np.abs(values - native.values)[~np.isnan(native.values)].max() < 1e-5 and np.nanstd(values) > 0.01
    pointed = [arrow or (np.nan, np.nan) for row in saved["arrows"] for arrow in row]
    assert np.nanmax(np.abs(np.array(pointed).reshape(native.arrows.shape) - native.arrows)) < 1e-5


def test_a_frame_asks_about_one_row_and_about_none_where_nothing_has_changed() -> None:
    theatre = looking()
    theatre.show.handle(messages.SetMap(2))
    asked: list[int] = []
    suppose = theatre.match.suppose

    def counted(player: int, state: Mapping[str, float], changes: Sequence[Mapping[str, float]]) -> list[Insight]:
        asked.append(len(changes))
        return suppose(player, state, changes)

    theatre.match.suppose = counted  # type: ignore[method-assign]
    theatre.frames(40)
    assert len(asked) == 40 and max(asked) == 20
    theatre.show.handle(messages.Pause())
    theatre.frames(40)
    asked.clear()
    theatre.frames(5)
    assert asked == [], "the picture is of this very moment"
    theatre.show.handle(messages.SetMap(-1))
    theatre.show.handle(messages.Play())
    theatre.frames(5)
    assert asked == [] and theatre.show.screen_matches[0].map is None


def test_a_map_of_what_the_player_is_not_told_has_no_spread_and_no_tint_of_the_scale() -> None:
    theatre = looking(name="hide")
    weights = theatre.network.initial(4) * np.float32(3)
    theatre.writer.publish(weights.tobytes(), 0)
    theatre.ticks(30)
    theatre.show.handle(messages.Pause())
    names = [each.name for each in things_of(theatre.drill.scene)]
    spreads = {}
    for thing in (names.index("player2"), names.index("crate0")):  # a catcher is told where the runner was last seen
        theatre.show.handle(messages.SetMap(thing))
        theatre.frames(30)
        picture = theatre.show.screen_matches[0].map
        assert picture is not None and picture.shown is not None
        spreads[names[thing]] = picture.shown
        assert picture.facts()["flat"] is picture.shown.flat
    place = arrange(theatre.drill.scene, 1, 300, 300)[0]
    colours = {name: set(shown.mosaic(place).paths) for name, shown in spreads.items()}
    assert spreads["player2"].flat and faded(NEUTRAL, OPACITY) in colours["player2"]
    assert not spreads["crate0"].flat and faded(NEUTRAL, OPACITY) not in colours["crate0"]
    assert not {tint(level) for level in range(LEVELS)} & colours["player2"]


def test_there_is_no_map_of_nobody_and_none_of_what_is_not_there() -> None:
    theatre = looking()
    with pytest.raises(ProtocolError, match=r"SET_MAP.thing must be below 3, not 3"):
        theatre.show.handle(messages.SetMap(3))
    with pytest.raises(ProtocolError, match="choose one first"):
        theatre.show.handle(messages.ExportMap())
    theatre.show.handle(messages.SetMap(2))
    with pytest.raises(ValueError, match="not there yet"):
        theatre.show.handle(messages.ExportMap())
    theatre.show.handle(messages.Inspect(-1))
    theatre.frames(2)
    assert theatre.show.screen_matches[0].map is None and "inside" not in theatre.show.metrics()
