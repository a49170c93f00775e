"""What the trainer tells of a policy that plays two different games."""

from drillsergeant.drills.hide.drill import HideDrill

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
