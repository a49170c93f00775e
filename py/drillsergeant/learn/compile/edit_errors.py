"""What is said of a reader's code that is refused: the reason, its line, and what may have been meant."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import TypeVar

from drillsergeant.kernels.ir.graph import GraphTooLarge
from drillsergeant.learn.compile.drill_checks import suggestion

FILE = "workshop"  # the text's name in tracebacks
T = TypeVar("T")
LONGEST_ERROR = 1000  # characters of what the reader's code raises


class EditRefused(ValueError):
    """The text is no drill that could be played. `line` is where, counted from 1; 0 where that is unknown."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def guarded(work: Callable[[], T], names: Iterable[str] = ()) -> T:
    """Do `work`; whatever the reader's code raises becomes a refusal with its line. `names` are those it may use."""
    try:
        return work()
    except EditRefused:
        raise
    except SyntaxError as wrong:
        raise EditRefused(f"SyntaxError: {wrong.msg}", wrong.lineno or 0) from wrong
    except GraphTooLarge as wrong:
        why = f"{wrong}, the most that a page compiles: do less, or for fewer players"
        raise EditRefused(why, line_of_error(wrong)) from wrong
    except MemoryError as wrong:
        raise EditRefused("it wants more memory than there is", line_of_error(wrong)) from wrong
    except RecursionError as wrong:
        raise EditRefused("it calls itself without end", line_of_error(wrong)) from wrong
    except Exception as wrong:
        said = re.sub(rf" \(\S*{FILE}:\d+\)", "", _said(wrong)[:LONGEST_ERROR]) + _meant(wrong, names)
        raise EditRefused(f"{type(wrong).__name__}: {said}", line_of_error(wrong)) from wrong


def line_of_error(wrong: BaseException) -> int:
    """The innermost line of the text that an exception went through."""
    lines = [frame.lineno for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename == FILE]
    return (lines[-1] or 0) if lines else 0


def _said(wrong: Exception) -> str:
    """An error's own words; a KeyError would quote a whole sentence."""
    first = wrong.args[0] if wrong.args else ""
    return first if isinstance(wrong, KeyError) and " has no " in str(first) else str(wrong)


def _meant(wrong: Exception, names: Iterable[str]) -> str:
    """What a name, an attribute or a key that is not there may have been meant for."""
    if isinstance(wrong, NameError) and wrong.name:
        return suggestion(wrong.name, names) if get_close_matches(wrong.name, list(names), 1) else ""
    if isinstance(wrong, AttributeError) and wrong.name and wrong.obj is not None:
        thing = wrong.obj
        listed = [each.name for each in fields(thing)] if is_dataclass(thing) else []
        return suggestion(wrong.name, listed or [each for each in dir(thing) if not each.startswith("_")])
    return ""
