"""Which buttons and fields wait for the part that learns."""

from __future__ import annotations

from drillsergeant.runtimes.page.training.hyper_form import NAMES, PREFIX, SLIDE
from drillsergeant.runtimes.page.training.network import CONTROLS
from drillsergeant.runtimes.page.training.suggestions import TRIES
from drillsergeant.runtimes.page.view import View

TRAINING_CONTROLS = (
    "train", "restart", "defaults", "seeds-run", *CONTROLS, *TRIES,
    *(kind + name for kind in (PREFIX, SLIDE) for name in NAMES)
)  # fmt: skip


def enable(view: View) -> None:
    """All is there: they can be used."""
    for name in TRAINING_CONTROLS:
        view.set_attribute(name, "disabled", None)
