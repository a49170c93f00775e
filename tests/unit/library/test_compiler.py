"""Anybody's kernels in the host's WebAssembly: the bits of NumPy, for any number of lanes."""

import numpy as np
import pytest
from drillsergeant import Kernel, compile
from drillsergeant.library import compiler


def _step(x: list[np.ndarray], on: list[np.ndarray], drag: np.float32, salt: np.uint32) -> dict[str, list[np.ndarray]]:
    place, bits = x
    moved = np.where(on[0], place - place * drag, np.sqrt(np.abs(place)))
    return {"x": [moved, bits ^ salt], "far": [moved > 1.0]}


KERNEL = Kernel(
    "step",
    _step,
    {"x": ["f32", "u32"], "on": ["mask"]},
    {"x": ["f32", "u32"], "far": ["mask"]},
    {"drag": "f32", "salt": "u32"},
)


def inputs(count: int) -> dict[str, list[np.ndarray]]:
    random = np.random.default_rng(count)
    bits = random.integers(0, 2**32, count, np.uint32)
    return {"x": [random.normal(0, 3, count).astype(np.float32), bits], "on": [random.random(count) < 0.5]}


@pytest.mark.parametrize("counts", [[1, 3, 4, 5], [1000, 7, 2000]])
def test_compiled_is_numpy_bit_for_bit_also_when_it_grows(counts: list[int]) -> None:
    compiled = compile(KERNEL)
    for count in counts:
        given, scalars = inputs(count), {"drag": 0.25, "salt": 0xFEDCBA98}
        found, wanted = compiled(given, scalars), KERNEL.reference(given, scalars)
        for group, arrays in wanted.items():
            for mine, theirs in zip(found[group], arrays, strict=True):
                assert mine.dtype == theirs.dtype
                np.testing.assert_array_equal(mine, theirs)


def test_without_webassembly_it_runs_as_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "has_webassembly", lambda: False)
    compiled, given = compile(KERNEL), inputs(9)
    wanted = KERNEL.reference(given, {"drag": 0.5, "salt": 1})
    np.testing.assert_array_equal(compiled(given, {"drag": 0.5, "salt": 1})["x"][0], wanted["x"][0])


def test_arrays_of_another_type_or_length_are_named() -> None:
    given = inputs(8)
    compiled = compile(KERNEL)
    with pytest.raises(ValueError, match=r"group x holds float64\[8\], uint32\[8\], it takes float32\[8\]"):
        compiled({**given, "x": [given["x"][0].astype(float), given["x"][1]]}, {"drag": 0.5, "salt": 1})
    with pytest.raises(ValueError, match=r"group on holds bool\[7\]"):
        compiled({**given, "on": [given["on"][0][:7]]}, {"drag": 0.5, "salt": 1})
    with pytest.raises(ValueError, match="takes x, on, got x"):
        compiled({"x": given["x"]}, {"drag": 0.5, "salt": 1})
