"""What a page decides once, before anything is shared: how many workers, how large the batches, which learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from drillsergeant.learn.defaults import default_hyper, with_minibatch
from drillsergeant.learn.engine import duels_of
from drillsergeant.learn.ppo.hidden import parsed_hidden
from drillsergeant.learn.ppo.hyper import RANGES, Hyper, current_names
from drillsergeant.learn.ppo.limits import MOST_COUNT
from drillsergeant.learn.ppo.typed_number import LONGEST, typed_number, whole_within
from drillsergeant.learn.program import Program
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Plan
from drillsergeant.runtimes import version
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.init_options import LEARNERS, MODES, PLAYERS, RENDERERS, InitOptions

MAX_ROLLOUT_WORKERS = 14
# One: play is learned from by the very weights that played it, and while the learner is at work the rollout workers
# help it instead of playing ahead. With more slots, chunks are old when their turn comes, and little is learned from
# them (docs/experiments.md).
RING_SLOTS = 1
# Where the GPU must play: workers, which only evaluate there.
GPU_WORKERS = 2
# Steps an epoch at most: with fourteen workers' play in small minibatches, an update is so many steps that the policy
# runs away from the play it learns from (docs/experiments.md).
MINIBATCHES = 4


@dataclass(frozen=True)
class Setup:
    """The choices. `options` go to every worker with INIT; `packages` are what a role loads beside our wheel.

    `mode`: "shared", all workers on one memory, or "solo", where the trainer also plays, see `runtimes.solo_mode`.
    """

    seed: int
    plan: Plan
    options: InitOptions
    packages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mode: str = MODES[0]


def choose_setup(program: Program, cores: int, parameters: Mapping[str, str], mode: str = MODES[0]) -> Setup:
    """Return the set-up for a machine of `cores` and the values of the page's address.

    Known parameters: seed, workers, matches, duels, horizon, learner, play, renderer, mode, lockstep, validate, guards,
    hidden (only looked at: the program has its network), and every hyperparameter by its name or its former one. A
    value that makes no sense is refused. `mode` is what was found to be possible; solo has one worker, whatever a link
    made elsewhere says.

    Raises: ValueError naming the parameter, its value and what is allowed.
    """
    parameters = current_names(parameters)
    _choice(parameters, "mode", MODES, mode)
    # Lockstep promises the same bits everywhere: whom a duel is against depends on when the trainer looks. Nor do
    # graphics processors promise it, only the kernels and the reference.
    lockstep = _whole(parameters, "lockstep", 0, 0, MOST_COUNT)
    learner = _choice(parameters, "learner", LEARNERS, "wasm" if lockstep else LEARNERS[0])
    play = _play(parameters, learner, lockstep, mode)
    usual = min(GPU_WORKERS, default_workers(cores)) if play == "gpu" else default_workers(cores)
    workers = _whole(parameters, "workers", usual, 1, 64)
    matches = _whole(parameters, "matches", RunSizes.matches, 4, 8192)
    duels = 0 if lockstep else duels_of(program.drill.teams, matches, RunSizes.duel_percent)
    plan = plan_for(
        program,
        workers=workers if mode == "shared" else 1,
        matches=matches,
        horizon=_whole(parameters, "horizon", RunSizes.horizon, 1, 256),
        ring_slots=RING_SLOTS,
        duels=_whole(parameters, "duels", duels, 0, 0 if lockstep else matches // 2),
    )
    if "hidden" in parameters:  # the workers go over to such a network once it is compiled
        parsed_hidden(parameters["hidden"])
    validate = bool(_whole(parameters, "validate", 0, 0, 1))
    packages = {"trainer": ("numpy",)} if learner == "numpy" else {}
    options = InitOptions(
        version=version.own_version(),
        mode=mode,
        learner=learner,
        play=play,
        play_matches=matches if play != "cpu" and "matches" in parameters else 0,
        renderer=_choice(parameters, "renderer", RENDERERS, RENDERERS[0]),
        hyper=_hyper(default_hyper(program.drill), plan, parameters),
        lockstep=lockstep,
        validate=validate,
        guards=bool(_whole(parameters, "guards", 1, 0, 1)),
    )
    return Setup(_whole(parameters, "seed", 1, *messages.SEED_RANGE), plan, options, packages, mode)


def default_workers(cores: int) -> int:
    """One core is the trainer's, and on larger machines one is left to page and show."""
    return max(1, min(MAX_ROLLOUT_WORKERS, cores - 2))


def _hyper(default: Hyper, plan: Plan, parameters: Mapping[str, str]) -> Hyper:
    """The defaults, with a minibatch that makes no more than MINIBATCHES of a chunk of every worker, and what the
    address says."""
    rows = plan.workers * plan.agents * plan.horizon
    fitting = with_minibatch(default, rows // MINIBATCHES)
    names = [field.name for field in fields(Hyper) if field.name in parameters]
    given = {name: typed_number(parameters[name], RANGES[name].integer) for name in names}
    return fitting.changed(**given)


def _play(parameters: Mapping[str, str], learner: str, lockstep: int, mode: str) -> str:
    """Where matches may be played that are learned from. On a device where one learns, but not where one worker does
    everything: it would never play to evaluate."""
    wanted = _choice(parameters, "play", PLAYERS, PLAYERS[0])
    return wanted if learner in ("auto", "webgpu") and not lockstep and mode == "shared" else "cpu"


def _choice(parameters: Mapping[str, str], name: str, allowed: Sequence[str], default: str) -> str:
    value = parameters.get(name, default)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _whole(parameters: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = parameters.get(name)
    if text is None:
        return default
    value = whole_within(text, low, high)
    if value is None:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, not {text[:LONGEST]!r}")
    return value
