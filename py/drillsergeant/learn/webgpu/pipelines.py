"""What is run on a compute device, device-independent: shaders and their constants, pipelines, dispatches.

`webgpu.plan` has those that learn, `webgpu.play_plan` those that play.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.learn.ppo.arithmetic import DEVIATION_MIN
from drillsergeant.learn.ppo.minibatches import CELL_ROWS

# What a workgroup takes: outputs of a layer; outputs and inputs of a gradient; agents, rows looked at, parameters;
# threads that sum over a whole chunk.
OUTPUT_TILE, GRADIENT_TILE = 8, 32
LANES_PER_GROUP, ROWS_INSPECTED, PARAMETERS_PER_GROUP = 64, 32, 64
SUMMING_THREADS = 256
# The same for the shaders, by shader and the name of the `override` there. Everything else that a pipeline is given
# depends on the drill and the layout.
TILES: Mapping[str, Mapping[str, float]] = {
    "batch": {"WORKGROUP": LANES_PER_GROUP, "ROWS_INSPECTED": ROWS_INSPECTED, "DEVIATION_MIN": DEVIATION_MIN},
    "dense": {"CELL_ROWS": CELL_ROWS, "OUTPUT_TILE": OUTPUT_TILE},
    "loss": {"CELL_ROWS": CELL_ROWS},
    "gradient": {"CELL_ROWS": CELL_ROWS, "TILE": GRADIENT_TILE},
    "update": {"WORKGROUP": PARAMETERS_PER_GROUP},
    "pack": {"WORKGROUP": LANES_PER_GROUP},
    "play": {"WORKGROUP": LANES_PER_GROUP},
    "tally": {"WORKGROUP": SUMMING_THREADS},
}
LEARNING = ("batch", "dense", "loss", "gradient", "update")
PLAYING = ("pack", "play", "tally")
SUMMING = ("batch", "loss", "update", "tally")  # over workgroups

Binding = tuple[int, str]  # number in the shader, name of the buffer


@dataclass(frozen=True)
class Pipeline:
    """An entry point with its own constants, and the buffers it works on."""

    name: str
    shader: str
    entry: str
    sizes: Mapping[str, float]
    bindings: tuple[Binding, ...]

    @property
    def constants(self) -> Mapping[str, float]:
        """Every `override` of the shader: its tiles and this pipeline's sizes."""
        return {**TILES[self.shader], **self.sizes}


@dataclass(frozen=True)
class Dispatch:
    """Run a pipeline over this many workgroups."""

    pipeline: str
    groups: tuple[int, int, int]


def shader_files(name: str, *, subgroups: bool) -> tuple[str, ...]:
    """The files of shaders/ that make up a shader, in this order, then what is generated.

    `subgroups`: for a device with that feature, which sums faster.
    """
    sums = "sum_subgroups" if subgroups else "sum_plain"
    return (*([sums] if name in SUMMING else []), *(["common"] if name in LEARNING else []), name)
