"""The library in somebody else's process: their threads, their forked workers, their limits, their copies."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import resource
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import pytest
from drillsergeant.commands.new import source
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.gym import DrillEnv, DrillParallelEnv, DrillVectorEnv

SHORT = BallDrill(time_limit_s=1.0)
PATIENCE_S = 60
MOST_BYTES = 2 << 30  # of address space, for what a worker makes; one environment took 20 GiB once
THREADS = 4


def polynomial(x: list[np.ndarray]) -> dict[str, list[np.ndarray]]:
    value = x[0]
    for _ in range(50):
        value = value * 0.99 + x[0]
    return {"y": [value]}


def kernel(fn: Callable[..., Any] = polynomial) -> drillsergeant.Kernel:
    return drillsergeant.Kernel("polynomial", fn, inputs={"x": ["f32"]}, outputs={"y": ["f32"]})


def begun(engine: str = "wasm") -> drillsergeant.Training:
    run = drillsergeant.train(SHORT, matches=8, seed=3, hyper={"minibatch_size": 64}, engine=engine)
    run.step()
    return run


def weights(run: drillsergeant.Training) -> bytes:
    return run.policy.content.state.arrays["parameters"]


def test_threads_may_call_one_kernel() -> None:
    fast = drillsergeant.compile(kernel())
    inputs = [np.full(20_000, float(number), np.float32) for number in range(8)]
    wanted = [fast({"x": [each]})["y"][0] for each in inputs]

    def wrong(number: int) -> int:
        found = (fast({"x": [inputs[number]]})["y"][0] for _ in range(20))
        return sum(not np.array_equal(each, wanted[number]) for each in found)

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(wrong, range(8))) == 0


def test_threads_may_share_a_run_and_an_environment() -> None:
    alone, shared = begun(), begun()
    for _ in range(8):
        alone.step()
    with ThreadPoolExecutor(THREADS) as pool:
        rounds = list(pool.map(lambda _: shared.step()["updates"], range(8)))
        assert sorted(rounds) == list(range(2, 10)) and weights(shared) == weights(alone)

        one, other = (DrillVectorEnv(4, SHORT) for _ in range(2))
        still = np.zeros((4, 3), np.int64)
        for env in (one, other):
            env.reset(seed=1)
        ended = sum(int(truncated.sum()) for _, _, _, truncated, _ in pool.map(other.step, [still] * 40))
    assert ended == sum(int(one.step(still)[3].sum()) for _ in range(40)) > 0
    np.testing.assert_array_equal(one.step(still)[0], other.step(still)[0])


class Worker:
    """What a worker process is given: it goes on with it, and compiles something of its own."""

    def __init__(self, here: Any) -> None:
        self.env, self.run = DrillEnv(SHORT), begun()
        self.env.reset(seed=1)
        self.fast = drillsergeant.compile(kernel())
        self.answers = here.SimpleQueue()

    def work(self) -> None:
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_BYTES, resource.RLIM_INFINITY))
        self.answers.put(self.answer())
        os._exit(0)  # and nothing of the tests' own that a fork has taken along

    def answer(self) -> tuple[bytes, bytes, int]:
        own = [DrillEnv(drill) for drill in ("chase", "sumo") for _ in range(10)]
        for number, env in enumerate(own):
            env.reset(seed=number)
            env.step(env.action_space.sample())
        kernels = [drillsergeant.compile(kernel()) for _ in range(4)]
        sums = sum(float(each({"x": [np.ones(2, np.float32)]})["y"][0][0]) for each in (*kernels, self.fast))
        self.run.step()
        return self.env.step([1, 1, 0])[0].tobytes(), weights(self.run), round(sums)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_a_worker_goes_on_with_what_it_is_given_and_compiles_its_own(method: str) -> None:
    here: Any = multiprocessing.get_context(method)
    worker = Worker(here)
    resume, holding = threading.Event(), threading.Event()

    def hold() -> None:
        with worker.env._batch.turn, worker.run._turn:
            holding.set()
            resume.wait(PATIENCE_S)

    if method == "fork":  # while another thread has its turn, which it never ends in the child
        threading.Thread(target=hold).start()
        holding.wait(PATIENCE_S)
    process = here.Process(target=worker.work, daemon=True)
    process.start()
    resume.set()
    process.join(PATIENCE_S)
    stuck = process.is_alive()
    process.kill()
    assert not stuck and process.exitcode == 0
    assert worker.answers.get() == worker.answer()


COPIES: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda it: pickle.loads(pickle.dumps(it)),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("drill", [SHORT, BallDrill(dash_speed=drillsergeant.between(5.0, 9.0)), "hide", "pendulum"])
def test_copies_of_environments_go_on_alike(copied: Callable[[Any], Any], drill: Any) -> None:
    env = DrillVectorEnv(4, drill)
    env.reset(seed=1)
    env.action_space.seed(1)
    env.step(env.action_space.sample())
    other = copied(env)
    actions = [env.action_space.sample() for _ in range(16)]
    steps = [[each.step(action) for action in actions] for each in (env, other)]
    for mine, theirs in zip(*steps, strict=True):
        for one, two in zip(mine[:4], theirs[:4], strict=True):
            np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(env.reset()[0], other.reset()[0])
    all_players = DrillParallelEnv(drill)
    all_players.reset(seed=2)
    seen, again = (each.reset()[0]["player_0"] for each in (copied(all_players), all_players))
    np.testing.assert_array_equal(seen, again)


def test_a_drill_of_a_file_is_found_again_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "own_drill.py"
    path.write_text(source(path.name))
    env = DrillEnv(str(path))
    env.reset(seed=1)
    stored = pickle.dumps(env)
    made = drillsergeant.make(str(path))
    changed = type("Changed", (type(made),), {})()
    assert type(copy.copy(changed)) is type(copy.deepcopy(changed)) is type(changed)
    del sys.modules[str(path)]  # as where nobody has asked for it yet
    assert type(copy.deepcopy(made)) is type(made)
    action = env.action_space.sample()
    np.testing.assert_array_equal(pickle.loads(stored).step(action)[0], env.step(action)[0])


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("engine", ["wasm", "numpy"])
def test_copies_of_runs_come_to_the_same_weights(copied: Callable[[Any], Any], engine: str) -> None:
    run = begun(engine)
    run.watch(lambda *_: None)
    policy, other = run.policy, copied(run)
    assert other.drill == run.drill and copied(policy).to_bytes() == policy.to_bytes()
    for each in (run, other):
        each.step()
    assert weights(other) == weights(run) != policy.content.state.arrays["parameters"]


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_copies_of_kernels_compute_the_same(copied: Callable[[Any], Any]) -> None:
    given = {"x": [np.arange(9, dtype=np.float32)]}
    for fn in (polynomial, lambda x: polynomial(x)):
        fast = drillsergeant.compile(kernel(fn))
        np.testing.assert_array_equal(copied(fast)(given)["y"][0], fast(given)["y"][0])


def test_a_kernel_without_its_function_says_so_where_it_needs_it() -> None:
    fast = drillsergeant.compile(kernel(lambda x: polynomial(x)))
    with pytest.raises(ValueError, match="kernel polynomial came here by pickle without its function"):
        COPIES["pickle"](fast).kernel.reference({"x": [np.ones(2, np.float32)]})
