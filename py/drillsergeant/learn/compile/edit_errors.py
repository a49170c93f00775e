"""What is said of a reader's code that is refused: the reason, its line, and what may have been meant."""

from __future__ import annotations

import ast
import linecache
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from types import ModuleType
from typing import NamedTuple, TypeVar

from drillsergeant.kernels.ir.graph import GraphTooLarge
from drillsergeant.learn.compile.drill_checks import suggestion

FILE = "workshop"  # the text's name in tracebacks
T = TypeVar("T")
LONGEST_ERROR = 500  # characters of what the reader's code raises


class Place(NamedTuple):
    """A part of one line of the text: lines count from 1, 0 where it is unknown; columns from 0, in units of UTF-16 as
    editors count. An `end` of 0 is that of the line."""

    line: int = 0
    start: int = 0
    end: int = 0

    def __bool__(self) -> bool:
        """Whether it is anywhere."""
        return self.line > 0

    @classmethod
    def of(cls, node: ast.stmt | ast.expr) -> Place:
        """Where something stands that was parsed; its first line where it has more."""
        return cls.in_bytes(node.lineno, node.col_offset, node.end_col_offset, node.end_lineno)

    @classmethod
    def in_bytes(cls, line: int, start: int | None, end: int | None, end_line: int | None) -> Place:
        """The same from columns in bytes of UTF-8, as Python counts."""
        text = linecache.getline(FILE, line).encode()

        def units(count: int) -> int:
            return len(text[:count].decode(errors="ignore").encode("utf-16-le")) // 2

        return cls(line, units(start or 0), units(end) if end and line == end_line else 0)


class EditRefused(ValueError):
    """The text is no drill that could be played, because of what stands at `place`."""

    def __init__(self, why: str, place: Place = Place()) -> None:  # noqa: B008  # nothing can change it
        super().__init__(why)
        self.place = place


def guarded(work: Callable[[], T], names: Iterable[str] = ()) -> T:
    """Do `work`; whatever the reader's code raises becomes a refusal with its line. `names` are those it may use."""
    try:
        return work()
    except EditRefused:
        raise
    except SyntaxError as wrong:
        raise EditRefused(f"SyntaxError: {wrong.msg}", _place_of_syntax(wrong)) from wrong
    except GraphTooLarge as wrong:
        why = f"{wrong}, the most that a page compiles: do less, or for fewer players"
        raise EditRefused(why, place_of_error(wrong)) from wrong
    except MemoryError as wrong:
        raise EditRefused("it wants more memory than there is", place_of_error(wrong)) from wrong
    except RecursionError as wrong:
        raise EditRefused("it calls itself without end", place_of_error(wrong)) from wrong
    except Exception as wrong:
        said = re.sub(rf" \(\S*{FILE}:\d+\)", "", _said(wrong)) + _meant(wrong, names)
        raise EditRefused(f"{type(wrong).__name__}: {said}", place_of_error(wrong)) from wrong


def place_of_error(wrong: BaseException) -> Place:
    """The innermost place of the text that an exception went through."""
    frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename == FILE]
    if not frames or not frames[-1].lineno:
        return Place()
    last = frames[-1]
    return Place.in_bytes(last.lineno or 0, last.colno, last.end_colno, last.end_lineno)


def _place_of_syntax(wrong: SyntaxError) -> Place:
    """What Python's parser points at; its columns count characters from 1."""
    text = linecache.getline(FILE, wrong.lineno or 0)
    start, end = (max(0, (offset or 1) - 1) for offset in (wrong.offset, wrong.end_offset))
    start, end = (len(text[:column].encode()) for column in (start, end))
    return Place.in_bytes(wrong.lineno or 0, start, end if end > start else None, wrong.end_lineno)


def _said(wrong: Exception) -> str:
    """An error's own words; a KeyError would quote a whole sentence."""
    first = wrong.args[0] if wrong.args else ""
    said = first if isinstance(wrong, KeyError) and " has no " in str(first) else str(wrong)
    return said if len(said) <= LONGEST_ERROR else f"{said[:LONGEST_ERROR]} ... (of {len(said)} characters)"


def _meant(wrong: Exception, names: Iterable[str]) -> str:
    """What a name, an attribute or a key that is not there may have been meant for."""
    if isinstance(wrong, NameError) and wrong.name:
        return suggestion(wrong.name, names) if get_close_matches(wrong.name, list(names), 1) else ""
    if isinstance(wrong, AttributeError) and wrong.name and wrong.obj is not None:
        thing = wrong.obj
        listed = [each.name for each in fields(thing)] if is_dataclass(thing) else []
        names = listed or [each for each in dir(thing) if not each.startswith("_")]
        if isinstance(thing, ModuleType) and not get_close_matches(wrong.name, names, 1):
            return ""  # NumPy has hundreds
        return suggestion(wrong.name, names)
    return ""
