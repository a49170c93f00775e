"""What there is to write in a drill's code: a list to look through and to press, from which the editor completes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from drillsergeant.learn.files.vocabulary import CodeWord, WordGroup, from_json
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler
from drillsergeant.runtimes.page.view import ListEntry, View

WORDS, FIND, LIST, FOUND = "workshop-words", "workshop-find", "workshop-list", "workshop-found"
WORD = "word-"  # and a number: an entry
DEF = re.compile(r"^\s*def \w+\(([^)]*)", re.MULTILINE)
STATE = re.compile(r"\bstate\b")


def fitted(text: str, before: str) -> str:
    """What to insert for a word behind `before`: a function of two states has no `state`, the later one is meant."""
    functions = DEF.findall(before)
    two = bool(functions) and not STATE.search(functions[-1]) and "after" in functions[-1]
    return STATE.sub("after", text) if two else text


def matching(groups: Sequence[WordGroup], wanted: str) -> list[tuple[str, list[tuple[int, CodeWord]]]]:
    """Of each group the words that have every part of `wanted` in them, with their numbers in the whole list."""
    parts, number = wanted.lower().split(), 0
    found: list[tuple[str, list[tuple[int, CodeWord]]]] = []
    for group in groups:
        kept = []
        for place, word in enumerate(group.words, number):
            told = f"{group.title} {word.text} {word.detail} {word.note}".lower()
            if all(part in told for part in parts):
                kept.append((place, word))
        number += len(group.words)
        if kept:
            found.append((group.title, kept))
    return found


class WordList:
    """Of the drill whose code the editor holds; of one without a list there is none."""

    def __init__(self, view: View, compiler: DrillCompiler) -> None:
        self._view, self._compiler = view, compiler
        self._texts: dict[str, str] = {}
        self._groups: tuple[WordGroup, ...] = ()
        self._drill = self._wanted = ""
        self._open = False

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """What its button does."""
        return {WORDS: self._toggle}

    def show(self, drill: str) -> None:
        """The editor holds the code of this drill."""
        self._drill = drill
        if drill in self._texts:
            self._offer(self._texts[drill])
            return

        def then(text: str) -> None:
            if text:
                self._texts[drill] = text
            if drill == self._drill:
                self._offer(text)

        self._compiler.words(drill, then)

    def find(self, wanted: str) -> None:
        """List what has this in it."""
        self._wanted = wanted
        self._list()

    def press(self, name: str) -> None:
        """An entry was pressed: it is put where the cursor is."""
        words = [word for group in self._groups for word in group.words]
        number = name.removeprefix(WORD)
        if number.isdecimal() and int(number) < len(words):
            before = self._view.before_cursor(EDITOR)
            self._view.insert(EDITOR, fitted(words[int(number)].text, before))

    def _offer(self, text: str) -> None:
        self._groups = from_json(text) if text else ()
        self._view.set_attribute(EDITOR, "data-words", text or None)
        self._view.set_attribute(WORDS, "hidden", None if text else "")
        self._list()

    def _toggle(self) -> None:
        self._open = not self._open
        self._view.set_attribute(WORDS, "aria-expanded", "true" if self._open else "false")
        self._list()

    def _list(self) -> None:
        """Show the entries, where they are wanted at all."""
        open_ = self._open and bool(self._groups)
        self._view.set_attribute(f"{LIST}-box", "hidden", None if open_ else "")
        if not open_:
            return
        found = matching(self._groups, self._wanted)
        groups = [
            (title, [ListEntry(f"{WORD}{number}", word.name, word.detail, word.note) for number, word in words])
            for title, words in found
        ]
        shown, there = sum(len(words) for _, words in found), sum(len(group.words) for group in self._groups)
        self._view.set_text(FOUND, f"{shown} of {there}" if shown else "Nothing here is called so.")
        self._view.set_choices(LIST, groups)
