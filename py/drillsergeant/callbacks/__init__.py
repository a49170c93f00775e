"""What goes on beside a run: `drillsergeant.train("ball", callbacks=[CsvLogger("curve.csv"), EarlyStop(win_rate=0.9)])`

    CsvLogger, JsonLinesLogger                        every update's metrics as a row of a file
    TensorBoardLogger, WandbLogger, MlflowLogger      and in the trackers people have, optional extras
    Checkpoints                                       a .dshq file every so many decisions
    EarlyStop                                         ends a run that has come as far as it has to, or no further
    ProgressBar, ProgressChart                        how far it is, in a terminal and in a notebook

A function of the run and its metrics is a callback, too; where it returns False the run ends.
"""

from drillsergeant.callbacks.callback import Callback, WatchedRun
from drillsergeant.callbacks.control import Checkpoints, EarlyStop
from drillsergeant.callbacks.progress import ProgressBar, ProgressChart
from drillsergeant.callbacks.run_plot import RunPlot
from drillsergeant.callbacks.tables import CsvLogger, JsonLinesLogger
from drillsergeant.callbacks.trackers import MlflowLogger, TensorBoardLogger, WandbLogger

__all__ = [
    "Callback",
    "Checkpoints",
    "CsvLogger",
    "EarlyStop",
    "JsonLinesLogger",
    "MlflowLogger",
    "ProgressBar",
    "ProgressChart",
    "RunPlot",
    "TensorBoardLogger",
    "WandbLogger",
    "WatchedRun",
]


def __dir__() -> list[str]:
    return sorted(__all__)
