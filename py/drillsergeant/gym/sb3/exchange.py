"""Policies from Stable-Baselines3 to the page and back."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.vec_env import VecEnv

from drillsergeant import drills
from drillsergeant.drills.contract import Continuous, Drill, Head
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch
from drillsergeant.gym.sb3.network import shape_of
from drillsergeant.gym.sb3.wrappers import Scaling, scalings, without_scalings
from drillsergeant.gym.spaces import space_of
from drillsergeant.learn.files.schema import LOG_STD
from drillsergeant.learn.formulas.gaussian import bounded
from drillsergeant.learn.heads import spread_of
from drillsergeant.library.actions import is_mixed
from drillsergeant.library.policy import Policy

# Of SB3's modules, by their names in a .dshq file; and what those of the trunk begin with.
PARTS = {"policy": "action_net", "value": "value_net"}
TRUNK = "features_extractor."
KINDS = ("weight", "bias")
RATE = 3e-4  # SB3's own default, for who trains a policy without a model
LOOKED_AT, LOOKS = 64, 60  # matches, and decisions of each
OFTEN_CUT = 0.01


def brought_back(model: Any, drill: Drill | str, env: VecEnv | None = None) -> Policy:
    """What `model` has learned as a policy of the page.

    What VecNormalize made of observations and rewards is folded into the network. `env` is the environment it was
    trained in, with all that is around it, by default the model's own. Raises ValueError for a model without the page's
    `SHAPE`, and for one behind a wrapper that a network cannot stand for, such as VecFrameStack.
    """
    env = env or model.get_env()
    if env is None:
        warnings.warn(
            "the model has no environment, so nobody knows whether VecNormalize or another wrapper stood between it "
            "and the matches: if one did, say brought_back(model, drill, env=env), or PPO.load(path, env=env)",
            stacklevel=2,
        )
    found, unit = scalings(env, "the model")
    drill = drills.resolve(drill)
    theirs = _modules(model.policy)
    tensors = {
        f"{ours}.{kind}": getattr(module, kind).detach().cpu().numpy()
        for ours, module in theirs.items()
        for kind in KINDS
    }
    if halves := _halves(drill.heads):  # counted in half ranges here, and in the unit of the action there
        middle, half = np.array(halves, np.float32).T
        tensors["policy.weight"] = tensors["policy.weight"] / half[:, None]
        tensors["policy.bias"] = (tensors["policy.bias"] - middle) / half
        tensors[LOG_STD] = model.policy.log_std.detach().cpu().numpy() - np.log(half)
    policy = Policy.from_tensors(drill, without_scalings(tensors, found, unit), decisions=model.num_timesteps)
    for scaling in found[-1:]:
        _warn_where_cut(policy, drill, scaling)
    return policy


def handed_over(policy: Policy, model: Any = None) -> Any:
    """A policy of the page as SB3 has policies: an `ActorCriticPolicy` that predicts, is saved and is evaluated there.

    With a `model` (a PPO or A2C of `shape_of(hidden)`), it is the model's own policy, which the model goes on training
    from there. Raises ValueError for a model of another shape, or behind a wrapper that changes what it sees.
    """
    schema = policy.content.schema
    if is_mixed(schema.heads):
        raise ValueError(f"actions of {schema.drill} are choices and numbers at once, which SB3's policies have not")
    if model is None:
        seen = spaces.Box(-np.inf, np.inf, (len(schema.observation),), np.float32)
        theirs = ActorCriticPolicy(seen, space_of(schema.heads), lambda _: RATE, **shape_of(schema.hidden))
    else:
        theirs = model.policy
        if scalings(model.get_env(), "the model")[0]:
            raise ValueError(
                "the model is behind VecNormalize, this policy sees observations as they are: norm_obs=False"
            )
    with torch.no_grad():
        for target, values in _by_target(policy, theirs):
            if tuple(target.shape) != values.shape:
                raise ValueError(
                    f"the model has {list(target.shape)} numbers where this policy of {schema.drill} has "
                    f"{list(values.shape)}: make it with policy_kwargs=drillsergeant.gym.sb3.shape_of({schema.hidden})"
                )
            target.copy_(torch.from_numpy(values.copy()))
    return theirs


def _by_target(policy: Policy, theirs: Any) -> list[tuple[torch.Tensor, Array]]:
    """Each of SB3's parameters with the numbers that belong there."""
    schema = policy.content.schema
    tensors = policy.tensors()
    if halves := _halves(schema.heads):
        middle, half = np.array(halves, np.float32).T
        tensors["policy.weight"] = tensors["policy.weight"] * half[:, None]
        tensors["policy.bias"] = tensors["policy.bias"] * half + middle
        tensors[LOG_STD] = bounded(tensors[LOG_STD]) + np.log(half)
    modules = _modules(theirs)
    ours = {name.rpartition(".")[0] for name in tensors} - {LOG_STD.rpartition(".")[0]} | {"policy"}
    if set(modules) != ours:
        raise ValueError(
            f"the model has the layers {', '.join(sorted(modules))}, this policy of {schema.drill} "
            f"{', '.join(sorted(ours))}: make it with policy_kwargs=drillsergeant.gym.sb3.shape_of({schema.hidden})"
        )
    pairs = [(getattr(module, kind), tensors[f"{name}.{kind}"]) for name, module in modules.items() for kind in KINDS]
    return [*pairs, (theirs.log_std, tensors[LOG_STD])] if LOG_STD in tensors else pairs


def _modules(policy: Any) -> dict[str, Any]:
    """SB3's layers by their names in `.dshq`. Raises ValueError where they are not those of the page's network."""
    modules = dict(policy.named_modules())
    trunk = {
        name.removeprefix(TRUNK): name
        for name, module in modules.items()
        if name.startswith(f"{TRUNK}net.") and isinstance(module, torch.nn.Linear)
    }
    parts = {**(trunk or {"net.0": f"{TRUNK}net.0"}), **PARTS}
    remedy = 'make it with PPO("MlpPolicy", env, policy_kwargs=drillsergeant.gym.sb3.SHAPE)'
    if missing := [name for name in parts.values() if name not in modules]:
        raise ValueError(f"the model's policy has no {missing[0]}, so it is not the page's network: {remedy}")
    more = [name for name, module in modules.items() if isinstance(module, torch.nn.Linear) and _is_extra(name)]
    if more and (not getattr(policy, "share_features_extractor", True) or more[0].startswith("mlp_extractor.")):
        raise ValueError(
            f"the model's policy has a further layer, {more[0]}, that the page's network has not: {remedy}"
        )
    if getattr(policy, "use_sde", False):
        raise ValueError("the model was made with use_sde, whose noise the page's network has not: use_sde=False")
    return {ours: modules[theirs] for ours, theirs in parts.items()}


def _is_extra(name: str) -> bool:
    return name.startswith(("mlp_extractor.", "vf_features_extractor."))


def _halves(heads: Sequence[Head]) -> list[tuple[float, float]]:
    """(middle, half the range) of each head that is a number."""
    return [spread_of(head) for head in heads if isinstance(head, Continuous)]


def _warn_where_cut(policy: Policy, drill: Drill, scaling: Scaling) -> None:
    """Say so where VecNormalize cut what was seen, which no network does: look at matches of this policy."""
    batch, players = Batch(drill, LOOKED_AT), range(sum(drill.teams))
    batch.reset(0)
    cut = np.zeros(len(drill.observation))
    for _ in range(LOOKS):
        cut += scaling.cut(batch.observe(0)).mean(0) / LOOKS
        batch.restart(batch.step([batch.choose(policy, player) for player in players]).outcome.over)
    if cut.max() > OFTEN_CUT:
        worst = int(cut.argmax())
        warnings.warn(
            f"VecNormalize cut {drill.observation[worst]} at {scaling.clip:g} spreads in {cut[worst]:.0%} of the "
            "situations of this policy's matches; the page's network cuts nothing and may play otherwise there",
            stacklevel=3,
        )
