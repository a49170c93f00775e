"""The rules of the house hold in this tree; that each can be broken is shown in test_architecture_rules.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from build.pins import ROOT
from tests.rigs.architecture import imports, manners
from tests.rigs.architecture.imports import Order
from tests.rigs.architecture.tree import Tree

Rule = Callable[[Tree], list[str]]
RULES: tuple[Rule, ...] = (
    imports.circles,
    imports.javascript_outside_browser,
    imports.numpy_in_boots,
    manners.long_files,
    manners.long_functions,
    manners.full_folders,
    manners.long_scripts,
    manners.classes_twice,
    manners.functions_without_shapes,
    manners.tests_that_assert_nothing,
    manners.imports_of_tests,
)


@cache
def ours() -> Tree:
    return Tree.of(ROOT)


@pytest.fixture(scope="module", autouse=True)
def _the_tree_is_let_go() -> Iterator[None]:
    """Millions of nodes, which would be looked through at every collection of garbage from here on."""
    yield
    ours.cache_clear()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_nothing_breaks_the_rule(rule: Rule) -> None:
    assert rule(ours()) == []


def test_imports_run_one_way_by_the_tables_of_the_readme() -> None:
    assert imports.against_the_order(ours(), Order.read(ours().texts["README.md"])) == []


def test_numpy_is_imported_where_the_readme_says_and_nowhere_else() -> None:
    assert imports.numpy_where_it_is_not_told(ours(), Order.read(ours().texts["README.md"])) == []


def test_no_exception_is_kept_that_is_none() -> None:
    long = {path for path in manners.LONG if ours().texts[path].count("\n") > manners.MOST_LINES}
    assert long == set(manners.LONG)
