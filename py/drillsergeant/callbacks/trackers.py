"""The trackers people have: TensorBoard, Weights & Biases, MLflow. Each is an extra: `drillsergeant[wandb]` ..."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drillsergeant.callbacks.callback import Metrics, WatchedRun
from drillsergeant.extras import needed


def known(metrics: Metrics) -> dict[str, float]:
    """Those that are numbers by now."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}


class TensorBoardLogger:
    """Scalars over decisions in event files, in `folder`."""

    def __init__(self, folder: str | Path) -> None:
        self._writer: Any = needed("tensorboardX", "tensorboard").SummaryWriter(str(folder))

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Add a point to every curve."""
        for name, value in known(metrics).items():
            self._writer.add_scalar(name, value, run.decisions)

    def close(self) -> None:
        """Write what is still held."""
        self._writer.close()


class WandbLogger:
    """A run of Weights & Biases, begun with the first update; `settings` go to `wandb.init`, such as `project`."""

    def __init__(self, **settings: Any) -> None:
        self._wandb: Any = needed("wandb", "wandb")
        self._settings = settings
        self._run: Any = None

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Log the metrics; what the run was begun with is its config."""
        if self._run is None:
            config = {**run.settings, **self._settings.pop("config", {})}
            self._run = self._wandb.init(config=config, **self._settings)
        self._run.log(known(metrics), step=run.decisions, commit=True)

    def close(self) -> None:
        """Finish the run."""
        if self._run is not None:
            self._run.finish()
        self._run = None


class MlflowLogger:
    """A run of MLflow in `experiment`, begun with the first update, at the tracking server that MLflow is set to."""

    def __init__(self, experiment: str | None = None, tags: Mapping[str, str] | None = None) -> None:
        self._mlflow: Any = needed("mlflow", "mlflow")
        self._experiment, self._tags, self._id = experiment, dict(tags or {}), ""

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Log the metrics; what the run was begun with are its parameters."""
        client = self._mlflow.MlflowClient()
        if not self._id:
            self._id = client.create_run(self._experiment_id(), tags=self._tags).info.run_id
            for name, value in run.settings.items():
                client.log_param(self._id, name, value)
        entities = self._mlflow.entities
        rows = [entities.Metric(name, value, 0, run.decisions) for name, value in known(metrics).items()]
        client.log_batch(self._id, metrics=rows)

    def _experiment_id(self) -> str:
        if self._experiment is None:
            return "0"
        found = self._mlflow.get_experiment_by_name(self._experiment)
        return str(found.experiment_id if found else self._mlflow.create_experiment(self._experiment))

    def close(self) -> None:
        """End the run."""
        if self._id:
            self._mlflow.MlflowClient().set_terminated(self._id)
        self._id = ""
