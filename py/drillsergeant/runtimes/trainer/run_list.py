"""The list of saved runs, as the page shows it."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.learn.files.dshq import PolicyFile, Summary, read_summary
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.hidden import hidden_text
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import Archive

Entry = dict[str, object]


class RunList:
    """What is known of the runs in an archive, by name."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._entries: dict[str, Entry] = {}

    async def read(self, schema: Schema) -> None:
        """Read it again; a run that is not for `schema` gets a problem, unless another game is the reason."""
        entries: dict[str, Entry] = {}
        for name in await self._archive.names():
            try:
                summary = read_summary((await self._archive.load(name)).content)
            except (StorageError, PolicyFileError) as wrong:
                entries[name] = _entry(name, "", RunProgress(), str(wrong), edited=False)
                continue
            edited = bool(summary.edit)
            ours = schema.is_of(summary.drill, summary.place)
            foreign = not ours or (summary.meaning != schema.meaning and not edited)
            problem = f"for another drill or version ({summary.drill})" if foreign else _other_network(summary, schema)
            entries[name] = _entry(name, summary.drill, summary.progress, problem, edited)
        self._entries = entries

    def put(self, name: str, policy: PolicyFile) -> None:
        """A run was saved."""
        self._entries[name] = _entry(name, policy.schema.drill, policy.progress, "", bool(policy.edit))

    def keep_only(self, names: Sequence[str]) -> list[str]:
        """These are all there are; returns those that have gone."""
        gone = [name for name in self._entries if name not in names]
        for name in gone:
            self.drop(name)
        return gone

    def drop(self, name: str) -> None:
        """A run was deleted."""
        self._entries.pop(name, None)

    def rename(self, name: str, to: str) -> None:
        """A run has another name."""
        if entry := self._entries.pop(name, None):
            self._entries[to] = {**entry, "name": to}

    def decisions(self, name: str) -> int:
        """How far a run had come when it was saved; 0 where that is unknown."""
        return int(str(self._entries.get(name, {}).get("decisions", 0)))

    def created(self, name: str) -> str:
        """When it was saved; "" where that is unknown."""
        return str(self._entries.get(name, {}).get("created", ""))

    def plain(self) -> list[Entry]:
        """The entries for a message, newest first."""
        return sorted(self._entries.values(), key=lambda entry: str(entry["created"]), reverse=True)


def _other_network(summary: Summary, schema: Schema) -> str:
    other = summary.hidden and summary.hidden != schema.hidden
    return f"for a network of {hidden_text(summary.hidden)}" if other else ""


def _entry(name: str, drill: str, progress: RunProgress, problem: str, edited: bool) -> Entry:
    """A line of the list; with a `problem` it cannot be loaded."""
    values: Entry = {
        "name": name, "drill": drill, "decisions": progress.decisions, "trained_s": progress.trained_s,
        "created": progress.created, "problem": problem, "edited": edited,
    }  # fmt: skip
    good = {"win_rate": progress.win_rate, "mean_return": progress.mean_return}
    return values | {name: value for name, value in good.items() if value is not None}
