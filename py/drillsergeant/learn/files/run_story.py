"""What a saved run was trained with and how it went, to be laid beside another: of any drill and network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.learn.files.dshq import Summary, events_in, hyper_in, read_summary
from drillsergeant.learn.files.history_tensors import Numbers, split_history
from drillsergeant.learn.files.run_progress import counter
from drillsergeant.learn.files.safetensors import decode
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import MOST_SEED

COMPARED = ("decisions", "win_rate", "mean_return")  # the numbers that runs are compared by


@dataclass(frozen=True)
class RunStory:
    """`numbers` are those of COMPARED, and `t_s`; `events` the marks on the run, as in `PolicyFile`."""

    summary: Summary
    seed: int
    hyper: Hyper
    numbers: Numbers
    events: tuple[Mapping[str, object], ...]

    @property
    def changes(self) -> int:
        """How often its settings were changed on the way."""
        return sum(each.get("kind") == "hyper" for each in self.events)


def read_story(content: bytes) -> RunStory:
    """What a file tells. Raises PolicyFileError."""
    tensors, metadata = decode(content)
    summary = read_summary(content)
    _, numbers = split_history(tensors)
    told = {name: numbers[name] for name in ("t_s", *COMPARED) if name in numbers}
    hyper = hyper_in(metadata, "hyper") or Hyper()
    return RunStory(summary, counter(metadata, "seed", MOST_SEED), hyper, told, events_in(metadata))
