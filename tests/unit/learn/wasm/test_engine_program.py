"""A program on disk says all that is needed to run it, and running it needs no NumPy."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from drillsergeant.drills import OWN, make
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.weighted import Weighted
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import build_program, program_for, write_programs
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.program import Program
from drillsergeant.learn.reference.engine import network_of
from drillsergeant.learn.wasm.arithmetic import initialise
from drillsergeant.learn.wasm.calls import Calls

from tests.rigs.engines import F32, SMALL_HIDDEN, drill_named, pair, program_of
from tests.rigs.mixed_drill import MixedDrill

RUN_WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None  # importing it raises from now on
from pathlib import Path
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.program import Program
from drillsergeant.memory.layout import Layout
program = Program.from_json(Path(sys.argv[1]).read_text())
print(Layout(plan_for(program, 2, 64, 16)).hash, program.drill.scene.bodies[0].name)
"""


def test_the_facts_survive_the_way_through_a_file(tmp_path: Path) -> None:
    write_programs(tmp_path, ["ball"])
    program = Program.from_json((tmp_path / "ball.json").read_text(), (tmp_path / "ball.wasm").read_bytes())
    drill = make("ball")
    assert program.drill.scene == drill.scene
    assert dict(program.drill.fields) == dict(drill.fields)
    assert list(program.drill.fields) == list(drill.fields)
    assert program.drill.observation == tuple(drill.observation)
    assert program.network.shape_hash == network_of(drill).shape_hash
    assert program.shared
    for name in ("chase", "mixed"):
        small = program_of(name)
        assert Program.from_json(small.to_json(), small.binary) == small
    assert (program_of("mixed").drill.masks, small.drill.heads) == (43, drill_named("mixed").heads)


def test_facts_of_another_format_are_refused() -> None:
    text = json.dumps({**json.loads(program_of("chase").to_json()), "format": 999})
    with pytest.raises(ValueError, match="format 999"):
        Program.from_json(text)


def test_the_running_side_needs_no_numpy(tmp_path: Path) -> None:
    write_programs(tmp_path, ["chase"])
    source = Path(__file__).parents[4] / "py"
    done = subprocess.run(
        [sys.executable, "-c", RUN_WITHOUT_NUMPY, str(tmp_path / "chase.json")],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "chaser" in done.stdout or "target" in done.stdout


@pytest.mark.parametrize("name", ["ball", "chase", "pendulum"])
def test_keys_mean_what_they_mean_to_the_drill(name: str) -> None:
    drill, facts = make(name), program_of(name).drill
    held = itertools.product(range(sum(drill.teams)), (-1, 0, 1), (-1, 0, 1), (-1, 0, 1), (False, True))
    for player, right, up, turn, dash in held:
        expected = drill.from_keys(player, right, up, turn, dash)
        assert facts.from_keys(player, right, up, turn, dash) == expected


@pytest.mark.parametrize(
    ("name", "hidden"),
    [(name, SMALL_HIDDEN) for name in ("ball", "chase", "probe-value", "pendulum")]
    + [("pendulum", hidden) for hidden in ((8,), (9, 11, 13))],
)
@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_a_fresh_network_equals_the_reference_in_every_bit(name: str, hidden: tuple[int, ...], seed: int) -> None:
    both = pair(name, 4, 2, hidden=hidden)
    program, memory = both.program, NativeMemory(1 << 20)
    initialise(program, Calls(program, memory.link(program.binary)), memory, seed, 1024, 512 * 1024)
    drill = make(name)
    expected = Network.for_heads(len(drill.observation), drill.heads, hidden).initial(seed)
    got = memory.array(1024, program.network.parameter_count, F32)
    np.testing.assert_array_equal(got.view(np.uint32), expected.view(np.uint32))


def test_a_drill_of_ours_is_compiled_once_and_anothers_each_time() -> None:
    drill = BallDrill(dash_speed=9.0)
    kept = program_for(drill, hidden=SMALL_HIDDEN)
    assert program_for(BallDrill(dash_speed=9.0), hidden=SMALL_HIDDEN) is kept
    assert kept.binary == build_program(drill, shared=False, hidden=SMALL_HIDDEN).binary
    for other in (BallDrill(), BallDrill(dash_speed=9), Weighted(drill, {"goal": 2.0})):
        assert program_for(other, hidden=SMALL_HIDDEN) is not kept
    assert program_for(drill, hidden=(8,)) is not kept
    assert program_for(MixedDrill(), hidden=(8,)) is not program_for(MixedDrill(), hidden=(8,)), "who knows of its code"


def test_every_drill_has_a_program() -> None:
    for name in OWN:
        signatures = program_of(name).signatures
        assert {"collect", "evaluate_scripted", "evaluate_random", "gradient", "adam"} <= set(signatures)
