"""What is not installed, and how to get it: this package's optional parts, as pip names them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class MissingExtraError(ModuleNotFoundError):
    """Something optional is asked for and not installed."""

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(
            f'this needs {module}, which is not installed: pip install "drillsergeant[{extra}]"', name=module
        )


def needed(module: str, extra: str) -> ModuleType:
    """Import a module that comes with an extra. Raises MissingExtraError, naming the extra, where it is not there."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] != module.partition(".")[0]:
            raise  # something that the module itself needs
        raise MissingExtraError(missing.name, extra) from None
