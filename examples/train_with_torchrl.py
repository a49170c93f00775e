"""TorchRL learns a drill; what it has learned goes back to the page.

    pip install '.[gym]' torchrl
    python examples/train_with_torchrl.py --decisions 1e6 --out policy.dshq

then drop policy.dshq onto the page: the players play by it, and Train goes on from it.

TorchRL's wrapper of Gymnasium takes our batch of matches as it is. For drills whose actions are choices.
"""

import argparse
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import drillsergeant
import torch
from drillsergeant.gym import DrillVectorEnv, win_share
from drillsergeant.gym.pytorch import choice_sizes, choices, tensors_of
from tensordict.nn import TensorDictModule
from torchrl.collectors import Collector
from torchrl.envs import GymWrapper
from torchrl.modules import ActorValueOperator, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

HIDDEN = (64, 64)
STEPS = 16  # of every match between two updates
EPOCHS, MINIBATCHES = 2, 4
GAMMA, GAE_LAMBDA, MAX_GRAD_NORM = 0.98, 0.95, 0.5


def made(env: DrillVectorEnv, matches: GymWrapper) -> tuple[ActorValueOperator, dict[str, torch.nn.Linear]]:
    """The page's network, a shared trunk, a choice of each head, a forecast; and its layers by their names in a `.dshq`
    file."""
    sizes = choice_sizes(env.drill)
    units = [len(env.drill.observation), *HIDDEN]
    layers = [torch.nn.Linear(*pair) for pair in pairwise(units)]
    policy, value = torch.nn.Linear(units[-1], sum(sizes)), torch.nn.Linear(units[-1], 1)
    torch.nn.init.zeros_(policy.weight)  # at first every choice is as likely as the others
    trunk = torch.nn.Sequential(*(part for layer in layers for part in (layer, torch.nn.Tanh())))
    actor = ProbabilisticActor(
        TensorDictModule(policy, in_keys=["hidden"], out_keys=["logits"]),
        in_keys=["logits"],
        spec=matches.action_spec,
        distribution_class=choices,
        distribution_kwargs={"sizes": sizes},
        return_log_prob=True,
    )
    both = ActorValueOperator(
        TensorDictModule(trunk, in_keys=["observation"], out_keys=["hidden"]),
        actor,
        ValueOperator(value, in_keys=["hidden"]),
    )
    named = {f"net.{2 * number}": layer for number, layer in enumerate(layers)}
    return both, {**named, "policy": policy, "value": value}


def trained(network: ActorValueOperator, matches: GymWrapper, decisions: int) -> int:
    """PPO as TorchRL has it; returns how many decisions were learned from."""
    batch = STEPS * matches.batch_size[0]
    collector = Collector(
        matches,
        network.get_policy_operator(),
        frames_per_batch=batch,
        total_frames=-(-decisions // batch) * batch,
        auto_register_policy_transforms=False,
    )
    critic = network.get_value_operator()
    advantage = GAE(gamma=GAMMA, lmbda=GAE_LAMBDA, value_network=critic)
    loss = ClipPPOLoss(
        network.get_policy_operator(),
        critic,
        entropy_coeff=0.003,
        critic_coeff=0.5,
        loss_critic_type="l2",
        normalize_advantage=True,
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    done = 0
    for played in collector:
        for _ in range(EPOCHS):
            with torch.no_grad():
                advantage(played)
            rows = played.reshape(-1)
            for chosen in torch.randperm(len(rows)).chunk(MINIBATCHES):
                found = loss(rows[chosen])
                optimizer.zero_grad()
                (found["loss_objective"] + found["loss_entropy"] + found["loss_critic"]).backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), MAX_GRAD_NORM)
                optimizer.step()
        collector.update_policy_weights_()
        done += played.numel()
    collector.shutdown()
    return done


def main(arguments: Sequence[str] | None = None) -> dict[str, dict[str, float]]:
    """Train, say what it has come to, write the files; returns the shares of wins before and after."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", default="ball")
    parser.add_argument("--opponent", default="random", choices=["scripted", "random"], help="whom it learns from")
    parser.add_argument("--matches", type=int, default=256)
    parser.add_argument("--decisions", type=float, default=1e6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("policy.dshq"), help="beside it goes the same as .onnx")
    given = parser.parse_args(arguments)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)  # so small a network is slower on several
    env = DrillVectorEnv(given.matches, given.drill, given.opponent, autoreset="Disabled")
    matches = GymWrapper(env, categorical_action_encoding=True)
    matches.set_seed(given.seed)
    network, layers = made(env, matches)
    shares: dict[str, dict[str, float]] = {}
    decisions = 0
    for when in ("before", "after"):
        if when == "after":
            decisions = trained(network, matches, int(given.decisions))
        policy = drillsergeant.Policy.from_tensors(env.drill, tensors_of(layers), decisions)
        shares[when] = {opponent: win_share(policy, opponent) for opponent in ("scripted", "random")}
        wins = ", ".join(f"{share:.0%} against the {name} player" for name, share in shares[when].items())
        print(f"{when} {decisions} decisions: wins {wins}", flush=True)
    policy.save(given.out)
    policy.export_onnx(given.out.with_suffix(".onnx"))
    return shares


if __name__ == "__main__":
    main()
