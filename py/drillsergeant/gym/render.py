"""What `render()` returns with `render_mode="rgb_array"`: the page's drawing of a match as pixels."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.drills.contract import Drill, State
from drillsergeant.elementary import Array
from drillsergeant.pictures.raster import scene_picture

MODES = ("human", "rgb_array")


def described(drill: Drill, mode: str | None, modes: Sequence[str] = MODES) -> dict[str, object]:
    """What an environment's metadata say of `render`. Raises ValueError for a mode there is not."""
    if mode is not None and mode not in modes:
        named = " or ".join(f'"{each}"' for each in modes)
        raise ValueError(f"render_mode is {mode!r}, expected {named}, or None to draw nothing")
    return {"render_modes": list(modes), "render_fps": drill.tick_hz / drill.action_repeat}


def picture(drill: Drill, state: State, match: int = 0) -> Array:
    """Draw one match of `state` as the page does, u8 [height][640][red, green, blue]."""
    return scene_picture(drill.scene, {name: float(values[match]) for name, values in state.items()})
