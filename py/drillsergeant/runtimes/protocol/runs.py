"""The messages about saved runs; `protocol` lists them with all others."""

from __future__ import annotations

from dataclasses import dataclass, field

from drillsergeant.runtimes.protocol.message import Message


@dataclass(frozen=True)
class ListRuns(Message):
    """page -> trainer: read the list of saved runs again. Answered, like every request here, with ``Runs``."""

    TYPE = "LIST_RUNS"


@dataclass(frozen=True)
class SaveRun(Message):
    """page -> trainer: save the run in hand now; with a ``name``, a copy of it under that name."""

    TYPE = "SAVE_RUN"
    name: str = ""


@dataclass(frozen=True)
class LoadRun(Message):
    """page -> trainer: go on with a saved run. What was learned so far is saved first.

    ``newest``: a trainer that died is to go on with the weights it has left, and the saved optimiser and counters, and
    with the snapshots it has left, of which ``timeline`` is what it last told in its metrics.
    """

    TYPE = "LOAD_RUN"
    name: str
    newest: bool = False
    timeline: object = field(default_factory=list)


@dataclass(frozen=True)
class DeleteRun(Message):
    """page -> trainer: remove a saved run for good."""

    TYPE = "DELETE_RUN"
    name: str


@dataclass(frozen=True)
class RenameRun(Message):
    """page -> trainer: give a saved run another name."""

    TYPE = "RENAME_RUN"
    name: str
    to: str


@dataclass(frozen=True)
class ImportRun(Message):
    """page -> trainer: go on with what this file holds (a ``.dshq``, whoever wrote it), and save it under its name."""

    TYPE = "IMPORT_RUN"
    name: str
    content: object


@dataclass(frozen=True)
class ExportRun(Message):
    """page -> trainer: make a file of the policy as it is now: ``dshq`` or ``onnx``. Answered with ``Exported`` too."""

    TYPE = "EXPORT_RUN"
    form: str


@dataclass(frozen=True)
class Runs(Message):
    """trainer -> page: the saved runs, newest first, and how the last request went.

    ``runs`` is a list of {name, drill, decisions, trained_s, win_rate (if known), created (ISO 8601, UTC), problem};
    ``current`` is the run in hand, if it has a name, ``saved`` when it was saved last; ``note`` is a sentence for the
    visitor, ``refused`` whether it says why something was not done; ``imported`` is the name that ``ImportRun`` had,
    where this is its answer.
    """

    TYPE = "RUNS"
    runs: object = field(default_factory=list)
    current: str = ""
    saved: str = ""
    note: str = ""
    refused: bool = False
    imported: str = ""


@dataclass(frozen=True)
class Exported(Message):
    """trainer -> page: a file for the visitor; ``content`` holds its bytes."""

    TYPE = "EXPORTED"
    filename: str
    content: object


RUN_REQUESTS: tuple[type[Message], ...] = (ListRuns, SaveRun, LoadRun, DeleteRun, RenameRun, ImportRun, ExportRun)
RUN_ANSWERS: tuple[type[Message], ...] = (Runs, Exported)
