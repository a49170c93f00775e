"""Where people look: gymnasium's videos, a window of pygame, and cells of a notebook that change in place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import drillsergeant
import gymnasium
import numpy as np
import pygame
import pytest
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.gym import DrillEnv, DrillVectorEnv, env_id
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers.vector import RecordVideo
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from moviepy import VideoFileClip

MARIMO = """
import marimo
app = marimo.App()

@app.cell
def _():
    import drillsergeant
    policy = drillsergeant.train("chase", matches=16, hidden=(8,), decisions=2000).finish()
    return (drillsergeant,)

@app.cell
def _(drillsergeant):
    env = drillsergeant.gym.DrillEnv("chase", render_mode="human")
    env.reset(seed=1)
    env.step(1)
    env.close()
    return
"""
FAST = ChaseDrill(tick_hz=1200, time_limit_s=0.1)  # 10 decisions, and a window is not waited for long


@pytest.mark.filterwarnings("ignore:.*autoreset mode is same-step.*")
def test_gymnasium_records_videos_of_the_vector_environment(tmp_path: Path) -> None:
    for mode in ("NextStep", "SameStep", "Disabled"):
        env = DrillVectorEnv(2, FAST, autoreset=mode, render_mode="rgb_array")
        # Of a match that begins in the same step, gymnasium says, the last picture is not there.
        recorded = RecordVideo(env, str(tmp_path / mode), video_length=5, fps=10, disable_logger=True)
        recorded.reset(seed=1)
        pixels = np.asarray(env.render())[0, ..., 0].size
        for _ in range(6):
            recorded.step(np.zeros(2, int))
        recorded.close()
        (file,) = (tmp_path / mode).glob("*.mp4")
        with VideoFileClip(str(file)) as clip:
            assert clip.n_frames == 6 and clip.w * clip.h == 2 * pixels


def test_a_window_shows_the_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env: Any = gymnasium.make(env_id("chase"), drill=FAST, render_mode="human")
    looked = gymnasium.make(env_id("chase"), drill=FAST, render_mode="rgb_array")
    for each in (env, looked):
        each.reset(seed=1)
        each.step(1)
    window = pygame.display.get_surface()
    assert window is not None
    np.testing.assert_array_equal(pygame.surfarray.array3d(window).swapaxes(0, 1), looked.render())
    env.close()
    assert not pygame.display.get_init()


@pytest.mark.filterwarnings("ignore:.*infinity.*", "ignore:.*np.inf.*")
def test_gymnasiums_own_check_passes_with_every_way_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    check_env(gymnasium.make(env_id("chase"), drill=FAST).unwrapped)


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """IPython as a kernel has it, which is told by this attribute."""
    shell = InteractiveShell.instance()
    shell.kernel = object()
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.usefixtures("shell")
def test_a_notebook_shows_a_chart_and_a_match_in_place() -> None:
    with capture_output() as captured:
        run = drillsergeant.train("chase", matches=16, hidden=(8,), decisions=2000)
        run.finish()
    first, *later = captured.outputs
    assert later and "<svg" in later[-1].data["text/html"] and run.plot().title in later[-1].data["text/html"]
    assert {each.transient["display_id"] for each in captured.outputs} == {first.transient["display_id"]}
    assert [bool(each.update) for each in captured.outputs] == [False] + [True] * len(later)
    with capture_output() as captured:
        env = DrillEnv(FAST, render_mode="human")
        env.reset(seed=1)
        env.step(1)
    assert [bool(each.update) for each in captured.outputs] == [False, True]
    assert captured.outputs[1].data["image/png"]


def test_cells_of_marimo_show_them_too(tmp_path: Path) -> None:
    (tmp_path / "notebook.py").write_text(MARIMO)
    environment = {**os.environ, "PYTHONPATH": str(Path(drillsergeant.__file__).parents[1])}
    command = [sys.executable, "-m", "marimo", "export", "html", "notebook.py", "-o", "notebook.html"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    page = (tmp_path / "notebook.html").read_text()
    chart, match = map(json.loads, re.findall(r'"text/html": ("(?:[^"\\]|\\.)*")', page))
    assert chart.startswith("<svg") and "chase: 2.05k of 2k decisions" in chart, "how it ended"
    assert match.startswith("<img") and "data:image/png;base64," in match
