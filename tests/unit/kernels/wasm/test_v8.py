"""V8, the engine of Chromium and Node, computes the bits that wasmtime does: every operation, and a played match.

That wasmtime's bits are NumPy's is what the other tests show. Twice over: V8 first runs a quick compilation of a
module, and after many calls an optimised one.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from drillsergeant.drills import make
from drillsergeant.drills.squad.drill import SquadDrill
from drillsergeant.elementary import Array
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.compile import compile_kernels
from drillsergeant.kernels.wasm.module import MemoryImport
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import write_programs

from tests.rigs.kernels.agreement import assert_same
from tests.rigs.kernels.drill_kernels import kernels_of, random_actions, started
from tests.rigs.kernels.kernel_calls import ArrayRows, KernelArrays
from tests.rigs.kernels.operations import PAIRS, kernel_of, operand_values

RUNNER = Path(__file__).parents[3] / "rigs" / "kernels" / "run_calls.mjs"
Call = list[str | float]


def call(kernel: Kernel, count: int, groups: Sequence[ArrayRows], scalars: Sequence[float] = ()) -> Call:
    """Name and numbers; `groups` are inputs, then outputs, in the order of the kernel's tables."""
    return [kernel.name, count, *(number for rows in groups for number in (rows.base, rows.stride)), *scalars]


def in_v8(kernels: list[Kernel], memory: NativeMemory, calls: list[Call], folder: Path) -> Array:
    """The words of a copy of the memory after calls in Node."""
    pages = memory.imported.minimum_pages
    files = [folder / name for name in ("module.wasm", "image", "calls.json", "result")]
    files[0].write_bytes(compile_kernels(kernels, MemoryImport(pages, pages, shared=True)))
    files[1].write_bytes(memory.buffer)
    files[2].write_text(json.dumps(calls))
    subprocess.run(["node", RUNNER, *files], check=True, timeout=60)
    return np.fromfile(files[3], np.uint32)


def assert_v8_agrees(kernels: list[Kernel], memory: NativeMemory, calls: list[Call], folder: Path) -> None:
    """Make the calls natively on `memory` and in Node on a copy of it; the two memories must end equal."""
    got = in_v8(kernels, memory, calls, folder)
    native = memory.link(compile_kernels(kernels, memory.imported))
    for name, *numbers in calls:
        native.function(str(name))(*(number for number in numbers if not isinstance(number, str)))
    expected = memory.array(0, len(got), np.dtype(np.uint32))
    words = np.flatnonzero(got != expected)
    assert not words.size, f"words {words[:8]} differ: wasmtime {expected[words[:4]]}, V8 {got[words[:4]]}"


def test_every_operation(tmp_path: Path) -> None:
    memory = NativeMemory(1 << 22)
    bench, kernels, calls = KernelArrays(memory), [], []
    for op, dtype in PAIRS:
        plain = kernel_of(op, dtype)
        kernel = Kernel(f"{op.value}_{dtype.value}", plain.fn, plain.inputs, plain.outputs)
        values = operand_values(op, dtype, count=2000)
        x, y = bench.rows(kernel.types_in("x"), 2000), bench.rows(kernel.types_out("y"), 2000)
        x.write(values)
        kernels.append(kernel)
        calls.append(call(kernel, 2000, [x, y]))
    assert_v8_agrees(kernels, memory, calls * 40, tmp_path)


def test_a_match_of_ball_drill(tmp_path: Path) -> None:
    drill, count = make("ball"), 64
    kernels = kernels_of(drill)
    memory = NativeMemory(1 << 20)
    bench = KernelArrays(memory)
    state, slot = bench.rows(kernels["tick"].types_in("state"), count), bench.rows(("u32",), count)
    seen = bench.rows(("f32",) * len(drill.observation), count)
    slot.write([np.arange(count, dtype=np.uint32)])
    actions = [bench.rows(("i32",) * len(drill.heads), count) for _ in range(sum(drill.teams))]
    choose = [call(kernels[f"scripted_{player}"], count, [state, own]) for player, own in enumerate(actions)]
    tick = call(kernels["tick"], count, [state, *actions, state])
    calls = [call(kernels["reset"], count, [slot, state], [7, 0]), *[*choose, tick] * 150]
    draw = bench.rows(("f32",), count)
    calls.append(call(kernels["observe_0"], count, [state, seen, draw]))
    assert_v8_agrees(list(kernels.values()), memory, calls, tmp_path)
    assert all(row.any() for row in seen.read()[:4]), "nothing was observed"


def test_a_decision_of_the_most_players(tmp_path: Path) -> None:
    """Compared with NumPy itself, because wasmtime optimises so large a function for seconds."""
    drill, count = SquadDrill(teams=(11, 11)), 16
    kernels = kernels_of(drill)
    tick = kernels["tick"]
    inputs = {"state": started(kernels, count, seed=5), **random_actions(drill, count, np.random.default_rng(3))}
    memory = NativeMemory(1 << 20)
    bench = KernelArrays(memory)
    rows = {group: bench.rows(tick.types_in(group), count) for group in tick.inputs}
    for group, arrays in inputs.items():
        rows[group].write(arrays)
    words = in_v8([tick], memory, [call(tick, count, [*rows.values(), rows["state"]])], tmp_path)
    memory.array(0, len(words), words.dtype)[:] = words
    assert_same("tick", "V8", tick.reference(inputs), {"state": rows["state"].read()})


def test_v8_links_a_program_to_the_kind_of_memory_it_was_written_for(tmp_path: Path) -> None:
    write_programs(tmp_path, ["chase"])
    script = """
      import { readFileSync } from "node:fs";
      const fits = (name, shared) => {
        const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared });
        const module = new WebAssembly.Module(readFileSync(name));
        try { new WebAssembly.Instance(module, { env: { memory } }); return 1; } catch { return 0; }
      };
      const files = ["chase.wasm", "chase.solo.wasm"];
      console.log(JSON.stringify(files.map((name) => [fits(name, true), fits(name, false)])));
    """
    command = ["node", "--input-type=module", "-e", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [[1, 0], [0, 1]]
