"""Running an emitted kernel by itself: one thread a lane, every array a row of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wgsl import TYPES, emit
from drillsergeant.learn.webgpu.plan import Dispatch

from tests.rigs.graphics.gpu_stand import Stand

GROUP = 64


def run_wgsl(
    stand: Stand, kernel: Kernel, inputs: Mapping[str, Sequence[Array]], scalars: Mapping[str, float] | None = None
) -> dict[str, list[Array]]:
    """What `kernel.reference` gives, computed in the browser."""
    arrays = [array for group in kernel.inputs for array in inputs[group]]
    count = len(arrays[0])
    numbers = [np.full(count, (scalars or {})[name], DType(kind).numpy) for name, kind in kernel.scalars.items()]
    words = np.stack([_stored(array) for array in (*arrays, *numbers)])
    outputs = sum(map(len, kernel.outputs.values()))
    stand.pipeline_of(kernel.name, _text(kernel, count), "main", ((0, "inputs"), (1, "outputs")), {})
    stand.buffers({"inputs": words.nbytes, "outputs": 4 * outputs * count})
    stand.write("inputs", words)
    stand.run([Dispatch(kernel.name, (-(-count // GROUP), 1, 1))])
    rows = iter(np.frombuffer(stand.read("outputs"), np.uint32).reshape(outputs, count))
    return {
        group: [next(rows).view(dtype.stored).astype(dtype.numpy) for dtype in kernel.types_out(group)]
        for group in kernel.outputs
    }


def _stored(array: Array) -> Array:
    words: Array = (array.astype(np.uint32) if array.dtype == np.bool_ else array).view(np.uint32)
    return words


def _text(kernel: Kernel, count: int) -> str:
    lines, arguments, row = [], [], 0
    for group in kernel.inputs:
        values = []
        for dtype in kernel.types_in(group):
            values.append(_loaded(dtype, row, count))
            row += 1
        kind = TYPES[kernel.types_in(group)[0]]
        arguments.append(values[0] if len(values) == 1 else f"array<{kind}, {len(values)}>({', '.join(values)})")
    for scalar in kernel.scalars.values():
        arguments.append(_loaded(DType(scalar), row, count))
        row += 1
    row = 0
    for group in kernel.outputs:
        types = kernel.types_out(group)
        for k, dtype in enumerate(types):
            value = f"results.out_{group}" + ("" if len(types) == 1 else f"[{k}]")
            word = f"select(0u, 1u, {value})" if dtype is DType.MASK else f"bitcast<u32>({value})"
            lines.append(f"  outputs[{row * count}u + id.x] = {word};")
            row += 1
    return "\n".join(
        [
            emit(kernel),
            "@group(0) @binding(0) var<storage, read> inputs: array<u32>;",
            "@group(0) @binding(1) var<storage, read_write> outputs: array<u32>;",
            f"@compute @workgroup_size({GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {{",
            f"  if (id.x >= {count}u) {{ return; }}",
            f"  let results = kernel_{kernel.name}({', '.join(arguments)});",
            *lines,
            "}",
        ]
    )


def _loaded(dtype: DType, row: int, count: int) -> str:
    word = f"inputs[{row * count}u + id.x]"
    return f"{word} != 0u" if dtype is DType.MASK else f"bitcast<{TYPES[dtype]}>({word})"
