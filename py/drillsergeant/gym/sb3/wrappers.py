"""What stood between a policy and the matches it was learned in: what is harmless, what can be folded into the network,
and what cannot be brought back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    SubprocVecEnv,
    VecCheckNan,
    VecEnv,
    VecEnvWrapper,
    VecMonitor,
    VecNormalize,
    VecVideoRecorder,
)

from drillsergeant.elementary import Array

LOOKS_ON = (VecMonitor, VecCheckNan, VecVideoRecorder)
# Gymnasium's and SB3's wrappers of one environment that leave observations and actions as they are.
LEAVES_ALONE = frozenset(
    (
        *("ActionMasker", "Autoreset", "ClipReward", "DrillEnv", "HumanRendering", "Monitor", "NormalizeReward"),
        *("OrderEnforcing", "PassiveEnvChecker", "RecordEpisodeStatistics", "RecordVideo", "RenderCollection"),
        *("TimeLimit", "TransformReward"),
    )
)
WRAPPER = re.compile(r"<(\w+)(?=<)")
SEEN_ONCE = 1e-8  # variance of an entry that never changed
REMEDIES = {
    "VecFrameStack": "give the drill the memory: a drill with look_back = K shows the last K observations",
    "FrameStackObservation": "give the drill the memory: a drill with look_back = K shows the last K observations",
    "NormalizeObservation": "put SB3's VecNormalize around the environments, whose statistics come back",
}
OTHERWISE = "train without it, or write what it does into the drill's `observe`"


@dataclass(frozen=True)
class Scaling:
    """What VecNormalize makes of observations: (x - mean) / spread [OBS], cut at `clip`."""

    mean: Array
    spread: Array
    clip: float

    def folded(self, weight: Array, bias: Array) -> tuple[Array, Array]:
        """Weights [OUT][OBS] and biases [OUT] of the layer above, for observations as they are."""
        columns = weight / self.spread
        return columns, bias - columns @ self.mean

    def cut(self, observations: Array) -> Array:
        """Which entries of [N][OBS] it cuts, bool."""
        return np.abs((observations - self.mean) / self.spread) > self.clip


def scalings(env: VecEnv | None, what: str) -> tuple[list[Scaling], float]:
    """What is between the network and the matches, outermost first, and how large one unit of reward is.

    Raises ValueError, naming the wrapper, for one that changes observations or actions in another way.
    """
    found: list[Scaling] = []
    unit = 1.0
    while isinstance(env, VecEnvWrapper):
        if type(env).__module__.startswith("supersuit."):
            for name in _under_supersuit(env.venv):
                raise _refused(name, what)
        elif isinstance(env, VecNormalize):
            if env.norm_reward:
                unit *= float(np.sqrt(env.ret_rms.var + env.epsilon))
            if env.norm_obs:
                found.append(_scaling(env))
        elif not isinstance(env, LOOKS_ON):
            raise _refused(type(env).__name__, what)
        env = env.venv
    if isinstance(env, DummyVecEnv | SubprocVecEnv):
        for name in {name for chain in env.env_method("__str__") for name in WRAPPER.findall(chain)}:
            if name not in LEAVES_ALONE:
                raise _refused(name, what)
    return found, unit


def _under_supersuit(env: Any) -> Iterator[str]:
    """Names of what SuperSuit's vector environment of all players has around the matches."""
    if not hasattr(env, "vec_envs"):  # of processes, which nobody can look into
        yield type(env).__name__
    for each in getattr(env, "vec_envs", ()):
        inner = getattr(each, "par_env", None)
        while type(inner).__name__ != "DrillParallelEnv":
            yield type(inner).__name__
            inner = getattr(inner, "env", None)


def _scaling(env: Any) -> Scaling:
    if not hasattr(env.obs_rms, "mean"):
        raise _refused("VecNormalize of a Dict", "the policy")
    variance = np.asarray(env.obs_rms.var, np.float64)
    # What never changed says nothing: the network is not to see it, rather than to see it ten thousand times larger.
    spread = np.where(variance < SEEN_ONCE, np.inf, np.sqrt(variance + env.epsilon))
    return Scaling(np.asarray(env.obs_rms.mean, np.float64), spread, float(env.clip_obs))


def _refused(name: str, what: str) -> ValueError:
    remedy = f"{REMEDIES.get(name, OTHERWISE)}; if it changes neither, name the environment without it: env=..."
    return ValueError(
        f"{what} is behind {name}, which changes what it sees or does and is no part of a .dshq file: {remedy}"
    )


def without_scalings(tensors: Mapping[str, Array], found: list[Scaling], unit: float) -> dict[str, Array]:
    """The tensors of a network by their names in `.dshq`, [OUT, IN] and [OUT]: its scalings are folded into its first
    layer, and its forecast is in rewards as they are."""
    tensors = dict(tensors)
    weight, bias = (np.asarray(tensors[f"net.0.{kind}"], np.float64) for kind in ("weight", "bias"))
    for scaling in found:
        weight, bias = scaling.folded(weight, bias)
    tensors |= {"net.0.weight": weight, "net.0.bias": bias}
    return tensors | {f"value.{kind}": tensors[f"value.{kind}"] * unit for kind in ("weight", "bias")}
