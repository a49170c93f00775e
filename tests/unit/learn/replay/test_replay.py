"""A replay plays to the same bits as the match did, on NumPy and on kernels, whatever happened in the match."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.drills import make
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshr import ReplayFileError, read_replay, rules_of, write_replay
from drillsergeant.learn.reference.engine import network_of
from drillsergeant.learn.reference.show_match import SoloMatch
from drillsergeant.learn.replay.playback import Stage, play
from drillsergeant.learn.replay.recorder import KEPT_S, Recorder, words_of
from drillsergeant.runtimes.protocol import messages

from tests.fakes.theatre import Theatre
from tests.rigs.engines import pair
from tests.rigs.replays import cut, eventful


@pytest.mark.parametrize("name", ["ball", "squad-pair", "pendulum"])
def test_a_match_plays_again_to_the_same_bits_on_both_engines(name: str) -> None:
    theatre = eventful(name, 2.0)
    facts = facts_of(theatre.drill)
    replay = read_replay(content := write_replay(cut(theatre)))
    assert replay == cut(theatre)
    assert len(content) < 6000, "a few kilobytes"
    both = pair(name, 4, 2)
    shows: list[Stage] = [SoloMatch(theatre.drill, network_of(theatre.drill), 1), both.kernel.show_match(2, 1)]
    played = [play(replay, facts, show) for show in shows]
    assert played[0] == played[1], "every state on the way, to the last bit"
    end = played[0].next_from(played[0].ticks)
    assert words_of(facts.fields, end) == words_of(facts.fields, theatre.match.state())
    assert len(replay.moved) >= len(facts.fields), "the reset, and the hand where there is something to drag"


def test_the_states_on_the_way_are_those_that_were_on_screen() -> None:
    theatre = Theatre(seed=3)
    theatre.publish(1)
    seen = theatre.ticks(400)
    replay = cut(theatre)
    played = play(replay, facts_of(theatre.drill), SoloMatch(theatre.drill, theatre.network, 9))
    # What was seen after a tick that ended a match is the next one's kick-off.
    assert [played.next_from(tick) for tick in range(1, played.ticks + 1)] == seen[-played.ticks :]
    assert played.ticks == 400


def test_the_last_ten_seconds_are_kept_and_no_more() -> None:
    facts = facts_of(make("ball"))
    recorder, state = Recorder(facts), dict.fromkeys(facts.fields, 0.0)
    for _ in range(200):
        recorder.decided(state, [0] * 6)
        for _ in range(facts.action_repeat):
            recorder.ticked()
    replay = recorder.replay(state, 1, "", ())
    assert replay is not None and sum(replay.ticks) == round(KEPT_S * facts.tick_hz)


def test_who_wins_is_told_with_the_tick() -> None:
    theatre = Theatre(seed=3)
    theatre.show.handle(messages.SetPlayers(messages.SCRIPTED, messages.RANDOM))
    while not (told := [each.team for each in theatre.moments if each.kind == messages.WON]):
        theatre.show.advance()
    theatre.ticks(3)
    played = play(cut(theatre), facts_of(theatre.drill), SoloMatch(theatre.drill, theatre.network, 9))
    (won,) = played.won
    assert won.team == told[0] and played.ticks - won.tick == 3
    assert played.next_from(won.tick)["clock"] == 0.0 != played.state(won.tick)["clock"]
    assert (sum(played.scores(won.tick - 1)), sum(played.scores(won.tick))) == (0, 1)


def test_a_replay_of_another_game_or_other_rules_is_refused_by_name() -> None:
    theatre = eventful("ball", 2.0)
    replay, facts = cut(theatre), facts_of(theatre.drill)
    match = SoloMatch(theatre.drill, theatre.network, 1)
    squad = Theatre(name="squad-pair")
    with pytest.raises(ReplayFileError, match="of 'ball', 'squad-pair' plays here"):
        play(replay, facts_of(squad.drill), SoloMatch(squad.drill, squad.network, 1))
    with pytest.raises(ReplayFileError, match="the original, here plays code of its own"):
        play(replay, facts, match, "class MyDrill: ...")
    with pytest.raises(ReplayFileError, match=r"'ball' has .*changed since"):
        play(replace(replay, rules="0" * 16), facts, match)
    with pytest.raises(ReplayFileError, match="the rules of 'ball' were others"):
        play(replay, facts, SoloMatch(BallDrill(dash_speed=4.0), theatre.network, 1))


def test_rules_are_told_in_as_many_letters_as_older_replays_have() -> None:
    facts = facts_of(make("ball"))
    assert len(rules_of(facts)) == 16 and rules_of(facts) == rules_of(facts_of(make("ball")))
    assert rules_of(facts) != rules_of(facts_of(make("sumo")))
