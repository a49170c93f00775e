"""Each rule of the house is broken once, in a tree made up for it, and says where; what is allowed passes."""

from __future__ import annotations

import pytest

from tests.rigs.architecture import imports, manners
from tests.rigs.architecture.imports import Order
from tests.rigs.architecture.tree import Tree

README = """\
| package | what it is |
|---|---|
| `ground` | the lowest |
| `maths` | in the middle |
| `browser` | on top |

| package | parts, each importing only from those before it | NumPy in |
|---|---|---|
| `maths` | `formulas`, `runs` | `formulas` |
"""
HOME = "py/drillsergeant"


def tree(**texts: str) -> Tree:
    """A tree of modules by their dotted names with `__` for the dots, over a package that breaks nothing."""
    plain = {"ground": "", "maths": "", "maths__formulas": "", "maths__runs": "", "browser": ""}
    modules = {name: text for name, text in {**plain, **texts}.items() if name}
    paths = {f"{HOME}/{name.replace('__', '/')}.py": text for name, text in modules.items()}
    packages = ("maths", "browser")
    for package in packages:
        paths[f"{HOME}/{package}/__init__.py"] = paths.pop(f"{HOME}/{package}.py")
    return Tree({"README.md": README, f"{HOME}/__init__.py": "", f"{HOME}/_version.py": "", **paths})


def test_a_tree_that_keeps_the_order_passes() -> None:
    fine = tree(
        maths__runs="from drillsergeant import ground\nfrom drillsergeant.maths.formulas import f\nimport numpy.typing",
        maths__formulas="import numpy as np\nfrom drillsergeant._version import __version__",
        browser="import js\nfrom drillsergeant.maths import runs",
    )
    order = Order.read(README)
    assert imports.against_the_order(fine, order) == []
    assert imports.circles(fine) == imports.javascript_outside_browser(fine) == []
    assert imports.numpy_where_it_is_not_told(tree(maths__formulas="import numpy"), order) == []


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        (
            "ground",
            "from drillsergeant.maths.runs import run",
            "ground.py:1 imports maths.runs, which README.md",
        ),
        ("ground", "\n\nfrom drillsergeant import browser", "ground.py:3 imports browser, which README.md lists after"),
        ("ground", "def f():\n    import drillsergeant.maths.runs", "ground.py:2 imports maths.runs"),
        (
            "ground",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from drillsergeant.maths import runs",
            "ground.py:3 imports maths.runs",
        ),
        ("maths__formulas", "from drillsergeant.maths import runs", "formulas.py:1 imports maths.runs"),
        ("ground", "import drillsergeant", "ground.py:1 imports the whole package"),
        ("attic", "", "attic.py: 'attic' is in no table of README.md"),
        ("maths__attic", "", "attic.py: 'maths.attic' is in no table of README.md"),
    ],
)
def test_an_import_against_the_order_is_found(module: str, text: str, said: str) -> None:
    (found,) = imports.against_the_order(tree(**{module: text}), Order.read(README))
    assert said in found


def test_a_package_that_is_listed_and_gone_and_a_readme_without_tables_are_found() -> None:
    without = Tree({path: text for path, text in tree().texts.items() if "runs" not in path})
    assert imports.against_the_order(without, Order.read(README)) == ["README.md lists maths.runs, which is not there"]
    with pytest.raises(ValueError, match="no table that begins with"):
        Order.read("# Ours\n")


def test_a_circle_is_found_however_it_is_imported_and_nothing_beside_it_is_named() -> None:
    caught = tree(
        browser="from drillsergeant.maths import runs",
        maths__runs="from drillsergeant.maths import formulas",
        maths__formulas="from drillsergeant import ground\ndef f():\n    from drillsergeant.maths import runs",
    )
    assert imports.circles(caught) == ["import circle: maths.formulas, maths.runs"]


@pytest.mark.parametrize(
    "text", ["import js", "def f():\n    from pyodide.ffi import to_js", "from js import document"]
)
def test_javascript_outside_the_browser_is_found(text: str) -> None:
    (found,) = imports.javascript_outside_browser(tree(maths__runs=text))
    assert "only browser/ may" in found and "maths/runs.py" in found


def test_numpy_where_the_readme_does_not_list_it_is_found() -> None:
    order = Order.read(README)
    for text in ("import numpy as np", "def f():\n    from numpy.random import default_rng"):
        (found,) = imports.numpy_where_it_is_not_told(tree(maths__runs=text), order)
        assert "maths/runs.py" in found and "imports NumPy" in found
        assert len(imports.numpy_where_it_is_not_told(tree(ground=text), order)) == 1


def test_numpy_behind_a_boot_is_found_by_the_way_it_comes_and_lazy_imports_are_none() -> None:
    boot, page = f"{HOME}/browser/worker/boot.py", f"{HOME}/browser/page/boot.py"
    plain = tree(maths__runs="from drillsergeant.maths.formulas import f", maths__formulas="import numpy").texts
    eager = Tree({**plain, boot: "from drillsergeant.maths.runs import run", page: ""})
    assert imports.numpy_in_boots(eager) == [
        "browser.worker.boot imports NumPy as it starts: browser.worker.boot > maths.runs > maths.formulas"
    ]
    for later in (
        "def f():\n    from drillsergeant.maths.runs import run",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from drillsergeant.maths.runs import run",
    ):
        assert imports.numpy_in_boots(Tree({**plain, boot: later, page: ""})) == []
    package = Tree({**plain, boot: "", page: "import drillsergeant.maths", f"{HOME}/maths/__init__.py": "import numpy"})
    assert imports.numpy_in_boots(package) == [
        "browser.page.boot imports NumPy as it starts: browser.page.boot > maths"
    ]


def test_long_files_functions_and_scripts_and_full_folders_are_found() -> None:
    lines = "x = 1\n" * 351
    body = "def f():\n" + "    x = 1\n" * 49
    script = "f();\n" * 61
    made = Tree(
        {
            "py/long.py": lines,
            "py/fits.py": lines[6:],
            "web/index.html": lines,
            "build/fits.py": body,
            "build/long.py": f"class C:\n    {body}    x = 1\n".replace("\n    x", "\n        x"),
            "web/boot.js": script,
            "web/embed.js": script,
            "web/short.js": script[5:],
            "web/README.md": "`web/embed.js`: for hosts",
            **{f"tests/rigs/{number}.py": "" for number in range(16)},
            **{f"tests/fakes/{number}.py": "" for number in range(15)},
        }
    )
    assert [each[:24] for each in manners.long_files(made)] == ["py/long.py has 351 lines"]
    assert manners.long_functions(made) == ["build/long.py:2 f has 51 lines, at most 50"]
    assert [each.split()[0] for each in manners.long_scripts(made)] == ["web/boot.js"]
    assert [each.split()[0] for each in manners.full_folders(made)] == ["tests/rigs/"]


def test_a_class_name_used_twice_is_found_in_whatever_module_and_depth() -> None:
    made = Tree(
        {"py/a.py": "class Box: ...", "build/b.py": "def f():\n    class Box: ...", "tests/c.py": "class Box: ..."}
    )
    assert manners.classes_twice(made) == ["two classes are named Box: py/a.py:1, build/b.py:2"]


def test_functions_on_arrays_without_shapes_are_found_and_those_with_them_pass() -> None:
    bare = '''
def takes(x: Array) -> float:
    """The sum in [0, 1)."""
def gives(n: int) -> "list[np.ndarray]":
    """Numbers."""
class Layer:
    def forward(self, *rows: Array) -> None:
        """All of them."""
'''
    assert [each.split()[1] for each in manners.functions_without_shapes(Tree({"py/a.py": bare}))] == [
        *("takes", "gives", "forward")
    ]
    for words in ("f32 [N]", "f32 [ACT, N]", "[3]", "arrays [count]", "of the same shape", "elementwise"):
        told = bare.replace('."""', f' {words}."""')
        assert manners.functions_without_shapes(Tree({"py/a.py": told})) == [], words
    private = "def _f(x: Array): ...\nclass _C:\n    def f(self, x: Array): ...\ndef g():\n    def f(x: Array): ...\n"
    assert manners.functions_without_shapes(Tree({"py/a.py": private, "tests/b.py": bare})) == []


def test_tests_that_cannot_fail_are_found() -> None:
    text = """
def test_nothing(): f()
def test_by_hand(): assert f()
def test_error():
    with pytest.raises(ValueError): f()
def test_named(): np.testing.assert_allclose(f(), 1)
def test_helped(): through()
def through(): helper()
def helper(): assert f()
def test_round(): one()
def one(): other()
def other(): one()
def f(): return 1
"""
    found = manners.tests_that_assert_nothing(Tree({"tests/unit/test_a.py": text, "tests/rigs/b.py": text}))
    assert [each.split()[1] for each in found] == ["test_nothing", "test_round"]


def test_an_import_of_a_test_is_found() -> None:
    texts = {
        "tests/unit/test_b.py": "from tests.unit.test_a import helper",
        "tests/rigs/c.py": "from tests.rigs.d import e",
    }
    (found,) = manners.imports_of_tests(Tree(texts))
    assert found.startswith("tests/unit/test_b.py:1 imports tests.unit.test_a")
