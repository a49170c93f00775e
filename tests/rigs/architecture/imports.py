"""Rules on imports: one way by the README's tables, no circle, JavaScript and NumPy only where they belong.

A rule returns what breaks it, a sentence each: the place, what is there, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.rigs.architecture.tree import Import, Tree

ORDER_HEADER = "| package | what it is |"
PARTS_HEADER = "| package | parts, each importing only from those before it | NumPy in |"
NAME = re.compile(r"`([\w.]+)`")
IN_BROWSERS = ("js", "pyodide", "pyodide_js")
# Where Python begins in a page and in a worker that runs kernels: NumPy would cost each of them memory and seconds.
WITHOUT_NUMPY = ("browser.page.boot", "browser.worker.boot")
FOUNDATION = "_version"  # names nothing but a number: below every package


@dataclass(frozen=True)
class Order:
    """The two tables of the README.

    packages: from the ground up. parts: the same inside a package, where the README tells it. numpy: the parts of a
    package that may import NumPy; "" stands for the package's own modules, all of them where it has no parts.
    """

    packages: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]
    numpy: dict[str, frozenset[str]]

    @classmethod
    def read(cls, readme: str) -> Order:
        """Read both tables; ValueError where one is missing."""
        packages = tuple(NAME.findall(row[0])[0] for row in _rows(readme, ORDER_HEADER))
        parts, numpy = {}, {}
        for name, inside, where in _rows(readme, PARTS_HEADER):
            (package,) = NAME.findall(name)
            parts[package] = tuple(NAME.findall(inside))
            numpy[package] = frozenset(NAME.findall(where)) if where.strip() != "all" else frozenset([ALL])
        return cls(packages, parts, numpy)

    def place(self, module: str) -> tuple[int, int]:
        """Where a module lies, from the ground up; KeyError with its name where no table tells."""
        package, _, inside = module.partition(".")
        part = inside.partition(".")[0]
        if package == FOUNDATION:
            return -1, 0
        if package not in self.packages:
            raise KeyError(package)
        parts = self.parts.get(package, ())
        if parts and part and part not in parts:
            raise KeyError(f"{package}.{part}")
        return self.packages.index(package), parts.index(part) if parts and part else 0

    def may_import_numpy(self, module: str) -> bool:
        """Whether the README says so."""
        package, _, inside = module.partition(".")
        told = self.numpy.get(package, frozenset())
        return ALL in told or inside.partition(".")[0] in told


ALL = "*"


def _rows(readme: str, header: str) -> list[list[str]]:
    """The rows of the table with this header, as cells."""
    lines = readme.splitlines()
    if header not in lines:
        raise ValueError(f"README.md has no table that begins with {header!r}")
    rows = []
    for line in lines[lines.index(header) + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def against_the_order(tree: Tree, order: Order) -> list[str]:
    """Imports from further up, and packages or parts that no table names. The package's own `__init__` is the door."""
    wrong = []
    for module in tree.modules:
        try:
            order.place(module) if module else None
        except KeyError as missing:
            wrong.append(f"{tree.modules[module]}: {missing} is in no table of README.md: add it where it belongs")
    if wrong:
        return sorted(wrong)
    for each in tree.ours:
        if each.module and order.place(each.target) > order.place(each.module):
            wrong.append(f"{_at(tree, each)} imports {each.target}, which README.md lists after {each.module}")
    for each in tree.imports:
        if each.target == "drillsergeant":
            wrong.append(f"{_at(tree, each)} imports the whole package, which names every part: import the part")
    names = [*order.packages, *(f"{package}.{part}" for package in order.parts for part in order.parts[package])]
    there = {".".join(module.split(".")[:depth]) for module in tree.modules for depth in (1, 2)}
    return [*wrong, *(f"README.md lists {name}, which is not there" for name in names if name not in there)]


def circles(tree: Tree) -> list[str]:
    """Modules that import each other, directly or by way of others; also lazily, or for their types alone."""
    below: dict[str, set[str]] = {module: set() for module in tree.modules}
    for each in tree.ours:
        below[each.module].add(each.target)
    free: set[str] = set()  # of circles: everything below is free
    while more := {module for module in below if module not in free and below[module] <= free}:
        free |= more
    caught = set(below) - free
    while loose := {module for module in caught if not any(module in below[other] for other in caught)}:
        caught -= loose  # nothing in a circle needs these
    return [f"import circle: {', '.join(sorted(caught))}"] if caught else []


def javascript_outside_browser(tree: Tree) -> list[str]:
    """Modules outside browser/ that import what exists in browsers alone."""
    return [
        f"{_at(tree, each)} imports {each.target}: only browser/ may; ask a Protocol of runtimes/host.py"
        for each in tree.imports
        if each.target.partition(".")[0] in IN_BROWSERS and not each.module.startswith("browser")
    ]


def numpy_where_it_is_not_told(tree: Tree, order: Order) -> list[str]:
    """Modules that import NumPy though the README does not list them."""
    return [
        f"{_at(tree, each)} imports NumPy: README.md names the parts that may"
        for each in tree.imports
        if _is_numpy(each) and not each.typing and not order.may_import_numpy(each.module)
    ]


def numpy_in_boots(tree: Tree) -> list[str]:
    """How NumPy is imported, by whichever way, as soon as a page or a worker that runs kernels starts Python."""
    return [
        f"{boot} imports NumPy as it starts: {' > '.join(way)}" for boot in WITHOUT_NUMPY for way in _ways(tree, boot)
    ]


def _ways(tree: Tree, boot: str) -> Iterator[list[str]]:
    """The chains of imports from `boot` to a module that imports NumPy, the shortest for each such module."""
    ways, waiting = {boot: [boot]}, [boot]
    while waiting:
        module = waiting.pop(0)
        eager = [each for each in tree.imports if each.module == module and not each.lazy and not each.typing]
        if any(_is_numpy(each) for each in eager):
            yield ways[module]
        for each in eager:
            target = each.target.removeprefix("drillsergeant.") if each.target != "drillsergeant" else ""
            parents = [target[:k] for k, letter in enumerate(target) if letter == "."]
            for found in (target, *parents, ""):
                if found in tree.modules and found not in ways and each.target.startswith("drillsergeant"):
                    ways[found] = [*ways[module], found]
                    waiting.append(found)


def _is_numpy(each: Import) -> bool:
    return each.target.partition(".")[0] == "numpy"


def _at(tree: Tree, each: Import) -> str:
    return f"{tree.modules[each.module]}:{each.line}"
