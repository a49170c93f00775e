"""The files of a project, parsed: what the house's rules are checked on, ours or a small one made up for a test."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PACKAGE = "drillsergeant"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """Module `module` names `target` (a module of ours where it is one) in line `line`.

    `lazy`: inside a function, so only when that runs; `typing`: under TYPE_CHECKING, so never.
    """

    module: str
    target: str
    line: int
    lazy: bool = False
    typing: bool = False


class Tree:
    """Paths, relative to the project's folder, with their texts; Python parsed at first need."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self._parsed: dict[str, ast.Module] = {}

    @classmethod
    def of(cls, root: Path) -> Tree:
        """What git tracks below `root`, and what is new there and not ignored; only texts."""
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
        texts = {}
        for name in listed:
            path = root / name
            if path.is_file() and path.suffix not in (".png", ".wasm"):
                texts[name] = path.read_text()
        return cls(texts)

    def files(self, *folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[str]:
        """Paths with one of the suffixes, in one of the folders."""
        return [
            name
            for name in self.texts
            if name.endswith(suffixes) and any(name.startswith(f"{folder}/") for folder in folders)
        ]

    def parsed(self, path: str) -> ast.Module:
        """The file's syntax tree."""
        if path not in self._parsed:
            self._parsed[path] = ast.parse(self.texts[path], path)
        return self._parsed[path]

    @cached_property
    def modules(self) -> dict[str, str]:
        """Modules of the package by their dotted name below it ("" is the package itself), with their paths."""
        found = {}
        for path in self.files(f"py/{PACKAGE}"):
            parts = PurePosixPath(path).with_suffix("").parts[2:]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return found

    @cached_property
    def imports(self) -> list[Import]:
        """Every import in the package, of ours and of others."""
        return [each for module in self.modules for each in self._imports_of(module)]

    @cached_property
    def ours(self) -> list[Import]:
        """The imports from the package itself, by the names of `modules`."""
        prefix = f"{PACKAGE}."
        return [
            Import(each.module, each.target.removeprefix(prefix), each.line, each.lazy, each.typing)
            for each in self.imports
            if each.target.startswith(prefix)
        ]

    def _imports_of(self, module: str) -> Iterator[Import]:
        def walk(node: ast.AST, lazy: bool, typing: bool) -> Iterator[Import]:
            for child in _inside(node):
                if isinstance(child, ast.Import | ast.ImportFrom):
                    for target in self._targets(child):
                        yield Import(module, target, child.lineno, lazy, typing)
                else:
                    later = lazy or isinstance(child, FUNCTIONS)
                    yield from walk(child, later, typing or _is_type_checking(child))

        return walk(self.parsed(self.modules[module]), False, False)

    def _targets(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
            return
        home = "." * node.level + (node.module or "")
        for name in node.names:
            whole = f"{home}.{name.name}"
            yield whole if whole.removeprefix(f"{PACKAGE}.") in self.modules else home


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The statements of a node, also those of its branches, but not what is in them."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        found = getattr(node, name, None)
        if isinstance(found, list):
            yield from found


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, nested ones too: a tenth of all nodes, and the only place of functions, classes and imports."""
    for node in _inside(tree):
        yield node
        yield from statements(node)


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    return (node for node in statements(tree) if isinstance(node, FUNCTIONS))
