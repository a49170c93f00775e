"""Rules on what a file may look like: sizes, names, docstrings of functions on arrays, and what a test must do.

A rule returns what breaks it, a sentence each: the place, what is there, and what to do.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import PurePosixPath

from tests.rigs.architecture.tree import Function, Tree, functions, statements

MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_FILES = 350, 50, 15
MOST_LINES_OF_JAVASCRIPT = 60  # above that, web/README.md says why it is not Python
CODE = ("py", "build", "tests", "examples", "web", "workers", "shaders")
SUFFIXES = (".py", ".js", ".mjs", ".css", ".wgsl", ".html")
LONG = {
    "web/index.html": "one document by the nature of a page: Python fills it by id, and nothing includes HTML",
    "py/drillsergeant/runtimes/protocol/messages.py": "one table of all messages: one place to look, no second list",
}
ARRAY = re.compile(r"\b(Array|ndarray|NDArray)\b")
SHAPE = re.compile(r"\[(?:[A-Z]|\d|count\b|\.\.\.)[^\])]*\]|\b(?:same|broadcast|any|own) shape\b|\belementwise\b")
# Asserting helpers are named so; pytest's expectations; waiting, which fails when time is up; others' own checks.
ASSERTING = re.compile(r"^_?assert_|^raises$|^warns$|^until|^check_env(_specs)?$|^(\w+_)?(api|seed)_test$")


def long_files(tree: Tree) -> list[str]:
    """Files of more lines than fit a head, unless they are named here with the reason."""
    return [
        f"{path} has {lines} lines, at most {MOST_LINES}: give an idea of it a file of its own"
        for path in tree.files(*CODE, suffixes=SUFFIXES)
        if (lines := tree.texts[path].count("\n")) > MOST_LINES and path not in LONG
    ]


def long_functions(tree: Tree) -> list[str]:
    """Functions of more lines than fit a screen, docstring included."""
    return [
        f"{path}:{node.lineno} {node.name} has {lines} lines, at most {MOST_LINES_OF_A_FUNCTION}"
        for path in tree.files("py", "build", "tests", "examples")
        for node in functions(tree.parsed(path))
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]


def full_folders(tree: Tree) -> list[str]:
    """Folders of more files than a reader takes in at a glance."""
    count: dict[str, int] = defaultdict(int)
    for path in tree.texts:
        count[str(PurePosixPath(path).parent)] += 1
    return [
        f"{folder}/ holds {files} files, at most {MOST_FILES}: a folder for those that belong together"
        for folder, files in sorted(count.items())
        if files > MOST_FILES and folder != "."
    ]


def long_scripts(tree: Tree) -> list[str]:
    """JavaScript of more than a few lines for which web/README.md gives no reason."""
    reasons = tree.texts.get("web/README.md", "")
    return [
        f"{path} has {lines} lines of JavaScript: let Python do it, or give the reason in web/README.md"
        for path in tree.files(*CODE, suffixes=(".js", ".mjs"))
        if (lines := tree.texts[path].count("\n")) > MOST_LINES_OF_JAVASCRIPT and f"`{path}`" not in reasons
    ]


def classes_twice(tree: Tree) -> list[str]:
    """Names of classes that stand for two things."""
    homes: dict[str, list[str]] = defaultdict(list)
    for path in tree.files("py", "build"):
        for node in statements(tree.parsed(path)):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(f"{path}:{node.lineno}")
    return [f"two classes are named {name}: {', '.join(at)}" for name, at in sorted(homes.items()) if len(at) > 1]


def functions_without_shapes(tree: Tree) -> list[str]:
    """Public functions that take or return arrays and do not say in their docstring what shape these have."""
    return [
        f"{path}:{node.lineno} {node.name} takes or returns arrays: name their shapes, as in `logits` f32 [ACT, N]"
        for path in tree.files("py")
        for node in _public(tree.parsed(path))
        if _on_arrays(node) and not SHAPE.search(ast.get_docstring(node) or "")
    ]


def _public(node: ast.AST) -> list[Function]:
    """Functions and methods that can be called from outside: neither private nor inside a function."""
    found: list[Function] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            found.append(child)
        elif isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            found += _public(child)
    return found


def _on_arrays(node: Function) -> bool:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    annotations = [each.annotation for each in every if each is not None] + [node.returns]
    return any(ARRAY.search(ast.unparse(each)) for each in annotations if each is not None)


def tests_that_assert_nothing(tree: Tree) -> list[str]:
    """Tests without an assertion, an expected error, or a function that has one."""
    wrong = []
    for path in _test_modules(tree):
        known = {node.name: node for node in functions(tree.parsed(path))}
        for node in known.values():
            if node.name.startswith("test_") and not _asserts(node, known, set()):
                wrong.append(f"{path}:{node.lineno} {node.name} asserts nothing: it could not fail")
    return wrong


def _asserts(node: Function, known: dict[str, Function], seen: set[str]) -> bool:
    """Whether a function asserts, or calls one that does: of its own module, or named so."""
    seen.add(node.name)
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if isinstance(each, ast.Call):
            name = ast.unparse(each.func).rpartition(".")[2]
            if ASSERTING.match(name):
                return True
            if name in known and name not in seen and _asserts(known[name], known, seen):
                return True
    return False


def imports_of_tests(tree: Tree) -> list[str]:
    """Modules that import a test module: what several tests use belongs to tests/fakes or tests/rigs."""
    return [
        f"{path}:{node.lineno} imports {node.module}: what several tests use lies in tests/fakes or tests/rigs"
        for path in tree.files("tests", "build", "py", "examples")
        for node in statements(tree.parsed(path))
        if isinstance(node, ast.ImportFrom) and re.search(r"(^|\.)test_\w+$", node.module or "")
    ]


def _test_modules(tree: Tree) -> list[str]:
    return [path for path in tree.files("tests") if PurePosixPath(path).name.startswith("test_")]
