"""What the trainer tells of a policy that plays two different games, and of one that is measured by what it earns."""

from drillsergeant.drills.contract import WinRate
from drillsergeant.drills.hide.drill import HideDrill
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan, initialise
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.trainer.report import TrainerReport

from tests.rigs.training_run import TrainingRun


def test_where_teams_differ_in_size_wins_are_told_of_either_and_together() -> None:
    """Half a second is too short to be caught in, so the runner wins every match of it."""
    run = TrainingRun(HideDrill(time_limit_s=0.5), matches=32)
    run.train(4)
    values = run.values()
    assert (values["win_rate_team_0"], values["win_rate_team_1"]) == (0.0, 1.0)
    assert (values["win_rate"], values["loss_rate"], values["draw_rate"]) == (0.5, 0.5, 0.0)
    run.trainer.report()
    assert "win_rate_team_1" in run.trainer._report.history.columns, "it is kept with the run"
    one_game = TrainingRun("chase", matches=32)
    one_game.train(30)
    assert "win_rate" in one_game.values() and "win_rate_team_0" not in one_game.values()


def test_what_an_episode_earns_is_told_of_the_run_and_its_versions_where_that_is_the_measure() -> None:
    run = TrainingRun("cartpole", matches=32)
    run.train(1)
    assert run.trainer.capture().mean_return is None, "too few episodes tell"
    while "mean_return" not in run.values():
        run.train(5)
    captured = run.trainer.capture()
    assert captured.mean_return == run.values()["mean_return"]
    run.trainer.handle(messages.KeepSnapshot())
    (kept,) = [entry for entry in run.trainer.run_control.timeline.entries if entry.kind == "manual"]
    assert kept.mean_return == captured.mean_return and kept.win == captured.win_rate
    assert [each.mean_return for each in run.trainer.capture().versions][-1] == kept.mean_return
    wins = TrainingRun("chase", matches=32)
    wins.train(30)
    assert wins.trainer.capture().win_rate is not None and wins.trainer.capture().mean_return is None


def test_what_is_played_a_second_is_told_across_the_end_of_a_counter_and_a_run_begun_anew() -> None:
    plan = Plan(workers=2, matches=8, teams=(1, 1), horizon=4, observation_size=3, action_words=1, parameter_count=10)
    layout = Layout(plan)
    memory = PlainMemory(layout.total_bytes)
    initialise(memory, layout)
    counts = [TelemetryWriter(memory, layout, f"rollout.{index}") for index in range(2)]
    counts[0].count(Counter.DECISIONS, 2**32 - 500)
    report = TrainerReport(memory, layout, (), Score(WinRate()))
    for began_s in (0.0, 10.0):
        for second in range(2):
            report.rate(began_s + second, 0, 0)
            for each in counts:
                each.count(Counter.DECISIONS, 700)
        report.rate(began_s + 2.0, 0, 0)
        assert report.values(0.0, 0)["rollout_decisions_per_s"] == 1400.0
        report.restart()
