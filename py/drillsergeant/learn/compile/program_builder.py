"""Compiling drills: `python -m drillsergeant.learn.compile.program_builder DIR` writes <drill>.wasm, .json and shaders.

The tracing side: everything that needs NumPy happens here, ahead of time, natively; see `program` for the other side.
"""

from __future__ import annotations

import argparse
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drillsergeant import elementary
from drillsergeant.drills import OWN, make
from drillsergeant.drills.complete import is_own
from drillsergeant.drills.contract import Drill, objective_of, only_time_ends, recommended_by
from drillsergeant.drills.new_game import PLACES, game_of, text_of
from drillsergeant.kernels.dense.inline import Inline
from drillsergeant.kernels.dense.network_forward import NetworkEmitter
from drillsergeant.kernels.dense.network_gradient import NetworkGradient
from drillsergeant.kernels.wasm.compile import add_kernels
from drillsergeant.kernels.wasm.module import MemoryImport, Module, for_unshared_memory
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.compile.editable_source import HOMES, source_of
from drillsergeant.learn.compile.editing.vocabulary import vocabulary
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.compile.learner_functions import LearnerEmitter, learner_kernels
from drillsergeant.learn.compile.rescale_functions import RescaleEmitter
from drillsergeant.learn.compile.rollout_functions import RolloutEmitter
from drillsergeant.learn.compile.shaders.play_kernels import play_kernels
from drillsergeant.learn.compile.shaders.shader_kernels import generated
from drillsergeant.learn.defaults import default_hidden
from drillsergeant.learn.files.replacing import replace_file
from drillsergeant.learn.files.vocabulary import to_json
from drillsergeant.learn.formulas.network import POLICY_GAIN, VALUE_GAIN, Network
from drillsergeant.learn.heads import log_stds, masks_of, policy_rows
from drillsergeant.learn.ppo.arithmetic import METRICS
from drillsergeant.learn.ppo.hidden import checked_hidden
from drillsergeant.learn.ppo.minibatches import CELL_ROWS
from drillsergeant.learn.program import DrillFacts, NetworkFacts, Noise, Program, keys_of
from drillsergeant.memory.layout import MAX_PAGES

MOST_KEPT = 16  # programs, of some 100 KB each
# Those asked for last at its end.
_kept: OrderedDict[tuple[Drill, type[Drill], str, tuple[int, ...]], Program] = OrderedDict()


def build_program(drill: Drill, *, shared: bool, hidden: Sequence[int] = ()) -> Program:
    """Trace and emit everything that plays and learns `drill`, for a network with `hidden` units in each hidden layer,
    or its default. Raises TraceError at what a kernel cannot do, TypeError and ValueError for what is no drill or no
    network."""
    ensure_drill(drill)
    hidden = checked_hidden(hidden or default_hidden(drill))
    module = Module(MemoryImport(1, MAX_PAGES, shared))
    table = DrillKernels(drill)
    rows, stds = policy_rows(drill.heads), log_stds(drill.heads)
    add_kernels(module, [*table.all(), *learner_kernels(drill.heads, table.masks)])
    kernels = {function.name: function for function in module.functions}
    observation_size = len(drill.observation)
    tanh = Inline(elementary.tanh)
    compiled = NetworkEmitter(module, observation_size, hidden, rows, tanh, CELL_ROWS, stds)
    forward = compiled.add_forward("forward")
    gradient = NetworkGradient(compiled, "gradient", kernels["loss"], len(METRICS))
    learner = LearnerEmitter(module, kernels, observation_size)
    RolloutEmitter(module, table, kernels, forward, learner.total)
    network = Network.for_heads(observation_size, drill.heads, hidden)
    RescaleEmitter(module, kernels, learner.total, learner.squares, network)
    facts = NetworkFacts(
        hidden=hidden,
        parameter_count=network.size,
        shape_hash=network.shape_hash,
        tile_rows=compiled.tile_rows,
        scratch_bytes=compiled.scratch_bytes,
        cell_record=gradient.record,
        initial=_initial(network),
        value_weights=network.value_weights,
        value_bias=network.value_bias,
    )
    signatures = {function.name: tuple(function.params) for function in module.functions}
    return Program(module.encode(), shared, facts_of(drill), facts, signatures)


def program_for(drill: Drill, *, hidden: Sequence[int] = ()) -> Program:
    """`build_program` for unshared memory, kept for who trains a drill of this package again.

    Drills of others are compiled each time: who writes one may change a number that it looks up.
    """
    if not is_own(drill):
        return build_program(drill, shared=False, hidden=hidden)
    # By its type, as what is around one is not compared, and its text: 9 and 9.0 are equal, but not in a kernel.
    key = drill, type(drill), repr(drill), tuple(hidden)
    try:
        kept = _kept.pop(key, None)
    except TypeError:  # it holds something that has no hash
        return build_program(drill, shared=False, hidden=hidden)
    program = _kept[key] = kept or build_program(drill, shared=False, hidden=hidden)
    if len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return program


def placed(program: Program, place: str) -> Program:
    """The program of a game of the reader's own as the page has it in this place, whatever its class calls it."""
    drill, first = program.drill, game_of(place)
    known = drill.heads == first.heads and drill.masks == masks_of(first)
    shader = "" if known else generated(drill.heads, drill.masks)
    return replace(program, drill=replace(drill, name=place, called=drill.name), shader=shader)


def facts_of(drill: Drill) -> DrillFacts:
    """What the running side has to know of a drill."""
    return DrillFacts(
        name=drill.name,
        words=drill.words,
        teams=drill.teams,
        heads=drill.heads,
        action_repeat=drill.action_repeat,
        tick_hz=drill.tick_hz,
        time_limit_s=drill.time_limit_s,
        fields=dict(drill.fields),
        observation=tuple(drill.observation),
        reward_terms=tuple(drill.reward_terms),
        scene=drill.scene,
        objective=objective_of(drill),
        keys=keys_of(drill.from_keys, sum(drill.teams)),
        recommended=recommended_by(drill),
        masks=masks_of(drill),
        only_time_ends=only_time_ends(drill),
        drawn_numbers=tuple(getattr(drill, "drawn_numbers", ())),
        lessons=tuple(getattr(drill, "lesson_values", ())),
    )


def _initial(network: Network) -> tuple[Noise, ...]:
    """`Network.initial` as rows of noise."""
    rows = []
    for salt, parameter, scale in network.noise():
        if parameter != network.head:
            rows.append(Noise(salt, 0, parameter.offset, parameter.size, scale, 1.0))
            continue
        policy, units = network.policy_rows * network.hidden[-1], network.hidden[-1]
        rows.append(Noise(salt, 0, parameter.offset, policy, scale, 1.0))
        rows.append(Noise(salt, policy, parameter.offset + policy, units, scale, VALUE_GAIN / POLICY_GAIN))
    return tuple(rows)


def write_programs(folder: Path, names: Sequence[str]) -> list[Path]:
    """Compile the drills called `names` into `folder`, or the games that places of the page begin with, for shared
    memory and for solo mode; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names:
        is_place = name in PLACES
        drill = game_of(name) if is_place else make(name)
        program = build_program(drill, shared=True)
        program = placed(program, name) if is_place else program
        shaders = {".wgsl": generated(program.drill.heads, program.drill.masks), ".play.wgsl": play_kernels(drill)}
        binaries = {".wasm": program.binary, ".solo.wasm": for_unshared_memory(program.binary)}
        texts = {".json": program.to_json(), **shaders}
        files = {**binaries, **{suffix: text.encode() for suffix, text in texts.items()}}
        if name in HOMES or is_place:
            files[".edit.txt"] = (text_of(name) if is_place else source_of(name)).encode()
            files[".words.json"] = to_json(vocabulary(name)).encode()
        for suffix, content in files.items():
            path = folder / f"{name}{suffix}"
            replace_file(path, content)
            written.append(path)
    return written


def main() -> None:
    """Parse the command line, compile, print what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the files")
    parser.add_argument(
        "--drill", action="append", choices=sorted([*OWN, *PLACES]), help="only this one (may be repeated)"
    )
    given = parser.parse_args()
    for path in write_programs(given.out, given.drill or [*OWN, *PLACES]):
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
