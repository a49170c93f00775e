"""Running an emitted kernel by itself: one thread a lane, every array a row of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wgsl import emit, from_word, group_type, has_words, to_word
from drillsergeant.learn.webgpu.pipelines import Dispatch

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
        types = kernel.types_in(group)
        words = [_word("inputs", row + k, count) for k in range(len(types))]
        row += len(types)
        if not has_words(types):
            words = [from_word(dtype, word) for dtype, word in zip(types, words, strict=True)]
        arguments.append(words[0] if len(words) == 1 else f"{group_type(types)}({', '.join(words)})")
    for scalar in kernel.scalars.values():
        arguments.append(from_word(DType(scalar), _word("inputs", row, count)))
        row += 1
    row = 0
    for group in kernel.outputs:
        types = kernel.types_out(group)
        for k, dtype in enumerate(types):
            value = f"results.out_{group}" + ("" if len(types) == 1 else f"[{k}]")
            word = value if has_words(types) else to_word(dtype, value)
            lines.append(f"  {_word('outputs', row, count)} = {word};")
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


def _word(buffer: str, row: int, count: int) -> str:
    return f"{buffer}[{row * count}u + id.x]"
