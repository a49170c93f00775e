"""What INIT tells every worker beyond memory and program: how to learn, to draw and to run."""

from __future__ import annotations

from dataclasses import dataclass, field

from drillsergeant.learn.ppo.hyper import Hyper

MODES = ("shared", "solo")
LEARNERS = ("auto", "wasm", "webgpu", "numpy")
PLAYERS = ("auto", "cpu", "gpu")
RENDERERS = ("auto", "webgpu", "canvas2d")
CHOICES = {"mode": MODES, "learner": LEARNERS, "play": PLAYERS, "renderer": RENDERERS}


@dataclass(frozen=True)
class InitOptions:
    """`version` is the page's build. `lock` names the lock that a worker holds while it lives.

    `mode`: "shared", all workers on one memory, or "solo", see `runtimes.solo_mode`. `play`: where the matches are
    played that are learned from; on the GPU only where it learns, too, then `play_matches` of them, 0 for as many as
    suit it. `lockstep`: the updates after
    which training stops, 0 for never. `validate`: whether the GPU's kernels are compared with NumPy from the start.
    `guards`: whether safeguards may change anything. `to_win`: whether winning is what it learns for.
    `edit`: the reader's code that the program was made of; "" for the original.

    Raises: ValueError for a choice there is not, naming the field and what there is.
    """

    version: str = ""
    lock: str = ""
    mode: str = MODES[0]
    learner: str = LEARNERS[0]
    play: str = "cpu"
    play_matches: int = 0
    renderer: str = RENDERERS[0]
    hyper: Hyper = field(default_factory=Hyper)
    lockstep: int = 0
    validate: bool = False
    guards: bool = True
    to_win: bool = True
    edit: str = ""

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {getattr(self, name)!r}")
        if self.play_matches < 0:
            raise ValueError(f"play_matches must be a number of matches, 0 or more, not {self.play_matches}")
        if self.lockstep < 0:
            raise ValueError(f"lockstep must be a number of updates, 0 or more, not {self.lockstep}")
