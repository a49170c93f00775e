"""Who plays: newest weights, snapshots, frozen players and the visitor; and two matches that are compared."""

from __future__ import annotations

import pytest
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.messages import NEWEST, RANDOM, SCRIPTED, VISITOR

from tests.fakes.theatre import FRAME_S, Theatre


def set_players(theatre: Theatre, left: int, right: int, match: int = 0) -> None:
    theatre.show.handle(messages.SetPlayers(left, right, match))


def test_a_snapshot_plays_at_the_next_decision_without_restarting_the_match() -> None:
    plain, older = Theatre(), Theatre()
    for theatre in (plain, older):
        theatre.publish(1)
        theatre.keep(4, 9, seed=2)
        theatre.ticks(8 * 5)
    set_players(older, 9, 9)
    clock = older.match.state()["clock"]
    newest, snapshot = plain.ticks(80), older.ticks(80)
    assert snapshot[0]["clock"] == clock + 1
    assert snapshot != newest
    assert older.told("players") == [9, 9]
    plain.publish(2)  # the same weights as the snapshot: it plays as they do
    fresh = Theatre()
    fresh.publish(2)
    reference = Theatre()
    reference.keep(0, 5, seed=2)
    set_players(reference, 5, 5)
    assert fresh.ticks(80) == reference.ticks(80)


def test_the_score_is_of_the_contest_and_begins_anew_when_others_play() -> None:
    theatre = Theatre()
    theatre.publish(1)
    theatre.show.screen_matches[0].moment.scores = [3, 2]
    set_players(theatre, NEWEST, NEWEST)
    theatre.ticks(8)
    assert (theatre.told("score_0"), theatre.told("score_1")) == (3, 2), "the same players"
    set_players(theatre, NEWEST, SCRIPTED)
    theatre.ticks(8)
    assert (theatre.told("score_0"), theatre.told("score_1")) == (0, 0)
    theatre.show.screen_matches[0].moment.scores = [1, 4]
    ticks = theatre.told("ticks")
    theatre.show.handle(messages.StartContest())
    assert (theatre.told("score_0"), theatre.told("score_1"), theatre.told("ticks")) == (0, 0, ticks)


def test_a_side_goes_back_to_the_newest_weights_and_the_other_one_never_left_them() -> None:
    theatre, plain = Theatre(), Theatre()
    for each in (theatre, plain):
        each.publish(1)
        each.keep(0, 3, seed=2)
    set_players(theatre, 3, NEWEST)
    set_players(theatre, NEWEST, NEWEST)
    assert theatre.ticks(64) == plain.ticks(64)
    set_players(theatre, 3, NEWEST)
    theatre.ticks(8)
    theatre.publish(4)
    theatre.ticks(8)
    assert theatre.show.version == 2  # blue still learns
    set_players(theatre, 3, 3)
    theatre.publish(5)
    theatre.ticks(16)
    assert theatre.show.version == 2  # nobody here plays by the newest weights
    set_players(theatre, NEWEST, 3)
    theatre.ticks(8)
    assert theatre.show.version == 3


def test_a_snapshot_that_is_thinned_away_goes_on_playing_and_may_change_sides() -> None:
    theatre, kept = Theatre(), Theatre()
    for each in (theatre, kept):
        each.keep(0, 3, seed=2)
        set_players(each, 3, NEWEST)
    theatre.library.drop(0)
    assert theatre.ticks(32) == kept.ticks(32)
    for each in (theatre, kept):
        set_players(each, NEWEST, 3)
    assert theatre.ticks(32) == kept.ticks(32)


def test_a_snapshot_that_is_gone_is_refused_and_nothing_changes() -> None:
    theatre = Theatre()
    theatre.keep(0, 3, seed=2)
    set_players(theatre, 3, SCRIPTED)
    with pytest.raises(codec.ProtocolError, match="snapshot 77 is not kept any more"):
        set_players(theatre, NEWEST, 77)
    assert theatre.told("players") == [3, SCRIPTED]


def test_the_frozen_players_need_no_weights() -> None:
    finals = []
    for left, right in ((SCRIPTED, RANDOM), (RANDOM, SCRIPTED), (SCRIPTED, SCRIPTED)):
        theatre = Theatre()
        set_players(theatre, left, right)
        finals.append(theatre.ticks(200)[-1])
    assert finals[0] != finals[1] != finals[2]


def test_compared_matches_share_kick_off_and_seed_and_diverge_by_their_players() -> None:
    theatre = Theatre()
    theatre.publish(1)
    theatre.keep(0, 3, seed=2)
    own = theatre.ticks(50)[-1]
    set_players(theatre, 3, SCRIPTED, match=1)
    set_players(theatre, NEWEST, SCRIPTED, match=2)
    theatre.show.handle(messages.SetView("compare"))
    first, second = theatre.matches[1:]
    assert first.state() == second.state()
    theatre.ticks(8 * 12)
    assert first.state() != second.state()
    assert first.state()["clock"] == second.state()["clock"]
    assert theatre.match.state() == own, "the match itself is held meanwhile"
    assert theatre.told("players") == [3, SCRIPTED]
    second_told = theatre.told("second")
    assert isinstance(second_told, dict)
    assert second_told["players"] == [NEWEST, SCRIPTED]
    theatre.show.handle(messages.SetView("match"))
    assert theatre.ticks(1)[0]["clock"] == own["clock"] + 1
    assert "second" not in theatre.show.metrics()


def test_who_is_done_waits_for_the_other_and_both_kick_off_together() -> None:
    theatre = Theatre()
    set_players(theatre, SCRIPTED, RANDOM, match=1)
    set_players(theatre, RANDOM, RANDOM, match=2)
    theatre.show.handle(messages.SetView("compare"))
    first, second = theatre.matches[1:]
    waited = False
    for _ in range(120 * 50):
        theatre.show.advance()
        ahead = first.state()["episode"] - second.state()["episode"]
        assert abs(ahead) <= 1
        if ahead:
            waited = True
            early = first if ahead > 0 else second
            assert early.state()["clock"] == 0, "it stands at its kick-off"
        elif waited and first.state()["clock"] == second.state()["clock"] == 1:
            break
    assert waited
    assert first.state()["episode"] == second.state()["episode"] == 1


def test_pause_step_speed_and_reset_act_on_both_matches() -> None:
    theatre = Theatre()
    theatre.show.handle(messages.SetView("compare"))
    theatre.show.handle(messages.Pause())
    theatre.show.handle(messages.StepShow(24))
    assert [match.state()["clock"] for match in theatre.matches] == [0, 24, 24]
    theatre.show.handle(messages.Play())
    theatre.show.handle(messages.SetSpeed(4.0))
    for frame in range(7):
        theatre.show.frame(frame * FRAME_S)
    clocks = [match.state()["clock"] for match in theatre.matches]
    assert clocks[0] == 0
    assert clocks[1] == clocks[2] == pytest.approx(24 + 48, abs=1)
    theatre.show.handle(messages.ResetShow(8))
    assert [match.state()["clock"] for match in theatre.matches] == [0, 0, 0]
    assert theatre.matches[1].state() == theatre.matches[2].state() != theatre.match.state()


def test_a_player_is_looked_into_only_on_request_and_by_pointing_at_it() -> None:
    theatre = Theatre()
    theatre.publish(1)
    theatre.ticks(9)
    assert "inside" not in theatre.show.metrics()
    slow = theatre.show.report_every_s
    body = next(body for body in theatre.drill.scene.bodies if body.player == 1)
    state = theatre.match.state()
    theatre.show.handle(messages.Tap(state[body.x], state[body.y]))
    inside = theatre.told("inside")
    assert isinstance(inside, dict)
    assert (inside["match"], inside["player"]) == (0, 1)
    assert [len(chances) for chances in inside["probabilities"]] == [5, 3, 2]
    assert len(inside["observation"]) == len(theatre.drill.observation)
    assert [sum(chances) for chances in inside["probabilities"]] == [pytest.approx(1.0)] * 3
    assert 0 <= inside["entropy"] <= 3.41
    assert theatre.show.report_every_s == 0.2 < slow
    assert [screen_match.chosen for screen_match in theatre.show.screen_matches] == [1]
    theatre.show.handle(messages.Tap(0.0, 3.9))  # nobody stands there
    assert theatre.show.metrics()["inside"]
    theatre.show.handle(messages.Inspect(-1))
    assert "inside" not in theatre.show.metrics()
    with pytest.raises(codec.ProtocolError, match="below 2"):
        theatre.show.handle(messages.Inspect(2))


def test_a_drill_for_one_plays_compares_and_is_looked_into() -> None:
    theatre = Theatre(name="chase")
    theatre.keep(0, 3, seed=2)
    set_players(theatre, 3, SCRIPTED)
    theatre.ticks(20)
    assert theatre.told("players") == [3]
    theatre.show.handle(messages.SetView("compare"))
    theatre.show.handle(messages.Inspect(0, 2))
    theatre.show.frame(0.0)
    assert [screen_match.chosen for screen_match in theatre.show.screen_matches] == [None, 0]


def test_a_visitor_plays_a_chosen_version() -> None:
    theatre = Theatre()
    theatre.keep(0, 3, seed=2)
    set_players(theatre, VISITOR, 3)
    assert theatre.told("mode") == "human_vs_ai"
    body = next(body for body in theatre.drill.scene.bodies if body.player == 0)
    before = theatre.match.state()[body.x]
    theatre.show.handle(messages.Input(action=theatre.drill.from_keys(0, -1, 0, 0, False)))
    assert theatre.ticks(40)[-1][body.x] < before - 0.1


def test_a_visitor_takes_one_player_of_a_team_and_the_newest_weights_play_its_mates() -> None:
    def visited(right: int, weights: int, ticks: int) -> Theatre:
        theatre = Theatre(name="squad-pair")
        theatre.publish(weights)
        set_players(theatre, VISITOR, SCRIPTED)
        theatre.show.handle(messages.Input(action=theatre.drill.from_keys(0, right, 0, 0, False)))
        theatre.ticks(ticks)
        return theatre

    back, ahead = (visited(right, 1, 8).match.state() for right in (-1, 1))
    moved = [player for player in range(4) if back[f"player{player}_vx"] != ahead[f"player{player}_vx"]]
    assert moved == [0], "the visitor's own"
    back, other = (visited(-1, weights, 40).match.state() for weights in (1, 2))
    names = [[name for name in back if name.startswith(f"player{player}_")] for player in range(4)]
    changed = [player for player in range(4) if any(back[name] != other[name] for name in names[player])]
    assert changed == [1], "the mate goes by the weights, the bots do not"


def test_the_visitors_player_is_ringed_among_its_mates_unless_another_is_looked_into() -> None:
    theatre = Theatre(name="squad-pair")
    (on_screen,) = theatre.show.screen_matches
    assert on_screen.ringed is None
    set_players(theatre, VISITOR, NEWEST)
    assert on_screen.ringed == 0
    theatre.show.handle(messages.Inspect(3))
    assert on_screen.ringed == 3
    with pytest.raises(codec.ProtocolError, match="below 4"):
        theatre.show.handle(messages.Inspect(4))
    alone = Theatre()
    set_players(alone, VISITOR, NEWEST)
    assert alone.show.screen_matches[0].ringed is None, "who is one of two colours is known by its own"
