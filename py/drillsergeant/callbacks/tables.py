"""Every update's metrics as a row of a file, written as it comes: a run that is broken off has left what there was."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import TextIO

from drillsergeant.callbacks.callback import Metrics, WatchedRun
from drillsergeant.learn.files.replacing import checked_folder


class CsvLogger:
    """A table with a column for each metric; what is not known yet is empty."""

    def __init__(self, path: str | Path) -> None:
        """Raises ValueError for a folder that there is not."""
        checked_folder(path)
        self.path = Path(path)
        self._file: TextIO | None = None

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Write a row; before the first one the names."""
        if self._file is None:
            self._file = self.path.open("w", newline="", encoding="utf-8")
            self._writer = csv.DictWriter(self._file, list(metrics), restval="", extrasaction="ignore")
            self._writer.writeheader()
        self._writer.writerow({name: "" if math.isnan(value) else value for name, value in metrics.items()})
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


class JsonLinesLogger:
    """A JSON object a line; what is not known yet is null."""

    def __init__(self, path: str | Path) -> None:
        """Raises ValueError for a folder that there is not."""
        checked_folder(path)
        self.path = Path(path)
        self._file: TextIO | None = None

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Write a line."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
        row = {name: value if math.isfinite(value) else None for name, value in metrics.items()}
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
