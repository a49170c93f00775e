"""The games to learn, each plain elementwise NumPy behind one contract, and where they are found.

`make("ball")` gives a drill with its usual numbers; `BallDrill(dash_speed=9.0)` one with others. A drill from outside
is found like one of ours: by `register`, by the entry point that its package declares in the group
`drillsergeant.drills`, or by where it is, `make("my_module:MyDrill")` and `make("my_drill.py")`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from drillsergeant.drills.contract import Drill

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["DRILLS", "DrillRegistry", "make", "register", "resolve"]

T = TypeVar("T")
GROUP = "drillsergeant.drills"  # of the entry points of installed packages
IS_NAME = re.compile(r"[\w-]+")  # a part of file names and addresses, and told from `module:Class` and `file.py`
IS_FILE = re.compile(r"(?P<home>.+\.py)(:(?P<what>[\w.]+))?")
IS_ATTRIBUTE = re.compile(r"(?P<home>[\w.]+):(?P<what>[\w.]+)")
ELSEWHERE = "one from elsewhere is 'module:Class', 'path/to/file.py', or registered: drillsergeant.register(MyDrill)"

# Name -> module and class. Imported when made, so that a worker without NumPy can import this package.
_HOMES = {
    "ball": ("ball.drill", "BallDrill"),
    "squad": ("squad.drill", "SquadDrill"),
    "squad-pair": ("squad.drill", "SquadPairDrill"),
    "sumo": ("sumo", "SumoDrill"),
    "chase": ("chase", "ChaseDrill"),
    "hide": ("hide.drill", "HideDrill"),
    "volley": ("volley.drill", "VolleyDrill"),
    "cartpole": ("classic.cartpole", "CartPoleDrill"),
    "acrobot": ("classic.acrobot", "AcrobotDrill"),
    "pendulum": ("classic.pendulum", "PendulumDrill"),
    "probe-value": ("probes", "Probe"),
    "probe-signal": ("probes", "SignalProbe"),
    "probe-delay": ("probes", "DelayProbe"),
    "probe-action": ("probes", "ActionProbe"),
    "probe-both": ("probes", "BothProbe"),
    "probe-number": ("probes", "NumberProbe"),
    "probe-mask": ("probes", "MaskProbe"),
}
OWN = tuple(_HOMES)  # the names of this package's drills
OWN_GAMES = tuple(name for name, (module, _) in _HOMES.items() if module != "probes")


class DrillRegistry(Mapping[str, Callable[[], Drill]]):
    """Name -> what makes the drill: this package's own, then those registered, then those of installed packages.

    Installed packages are only looked through for a name that is none of the others, and loaded when theirs is made.
    Probes, which try learners and are no games, are made by their names and not listed.
    """

    def __init__(self) -> None:
        self._registered: dict[str, Callable[[], Drill]] = {}
        self._told: list[Callable[[str], None]] = []

    def __getitem__(self, name: str) -> Callable[[], Drill]:
        if name in _HOMES:
            return partial(_own, name)
        return self._registered[name] if name in self._registered else _installed()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*OWN_GAMES, *self._registered, *_installed())))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return f"<DRILLS {', '.join(self)}>"

    def add(self, drill: object) -> None:
        """Register a drill, or what makes one, under the drill's name. Raises ValueError for a name that is taken."""
        made = _made(drill)
        if not isinstance(made.name, str) or not IS_NAME.fullmatch(made.name):
            raise ValueError(f"a drill is called {made.name!r}; a name has letters, digits, _ and - only")
        if made.name in _HOMES:
            raise ValueError(f"{made.name!r} is a drill of this package: give yours another name")
        there = self._registered.get(made.name)
        if there is not None and _origin(there()) != _origin(made):
            raise ValueError(f"{made.name!r} is already {_origin(there())}: name {_origin(made)} otherwise")
        self._registered[made.name] = partial(_made, drill)
        for tell in self._told:
            tell(made.name)

    def when_added(self, tell: Callable[[str], None]) -> None:
        """Have `tell` called with the name of every drill that is registered from now on."""
        self._told.append(tell)

    def discard(self, name: str) -> None:
        """Forget a drill that was registered."""
        self._registered.pop(name, None)


# Every drill there is, by name: a mapping to what makes it.
DRILLS = DrillRegistry()


def register(drill: T) -> T:
    """Make a drill known by its name wherever a name of a drill is asked for; also as a decorator of its class.

    `drill` is a drill, its class, or a function without arguments that makes it; it is returned. The same class may be
    registered again, as happens in notebooks. Raises ValueError for a name that another one has, TypeError for what is
    no drill.
    """
    DRILLS.add(drill)
    return drill


def make(name: str) -> Drill:
    """Return the drill of a name in DRILLS, of `module:Class`, of `path/to/file.py` or of `path/to/file.py:Class`.

    Raises ValueError, naming the drills there are, or what there is in the module; TypeError for what is no name.
    """
    if not isinstance(name, str):
        raise TypeError(f"make takes the name of a drill, such as 'ball', not {type(name).__name__} {name!r:.40}")
    if name in DRILLS:
        return DRILLS[name]()
    if place := IS_FILE.fullmatch(name):
        return _made(_found(_run(Path(place["home"])), place["what"]))
    if place := IS_ATTRIBUTE.fullmatch(name):
        return _made(_found(_imported(place["home"]), place["what"]))
    near = get_close_matches(name.lower(), DRILLS, 1)
    meant = f"did you mean {near[0]!r}? There are" if near else "take one of"
    raise ValueError(f"no drill is called {name!r}: {meant} {', '.join(DRILLS)}; {ELSEWHERE}")


def resolve(drill: Drill | str) -> Drill:
    """The drill itself, or the one of this name: what is done wherever either may be given.

    One with numbers `between` two others, or with a `look_back`, comes with what these mean around it.
    """
    return make(drill) if isinstance(drill, str) else _complete(drill)


def _complete(drill: Drill) -> Drill:
    """The drill with what belongs around it, see `complete`; what is no drill is told where it is to be played."""
    if not hasattr(drill, "tick") and not hasattr(drill, "name"):
        raise TypeError(
            f"the drill is {drill!r:.40} ({type(drill).__name__}): give a drill, or its name, such as 'ball'"
        )
    if not hasattr(drill, "tick") or isinstance(drill, type):
        return drill
    return cast(Drill, import_module("drillsergeant.drills.complete").complete(drill))


def _own(name: str) -> Drill:
    module, class_name = _HOMES[name]
    return _made(getattr(import_module(f"drillsergeant.drills.{module}"), class_name))


def _installed() -> dict[str, Callable[[], Drill]]:
    """The drills of installed packages by the names of their entry points."""
    from importlib.metadata import entry_points

    return {entry.name: partial(_loaded, entry) for entry in entry_points(group=GROUP)}


def _loaded(entry: EntryPoint) -> Drill:
    drill = _made(entry.load())
    if drill.name != entry.name:
        owner = entry.dist.name if entry.dist else "a package"
        raise ValueError(f"the entry point {entry.name!r} of {owner} makes the drill {drill.name!r}: name both alike")
    return drill


def _made(thing: Any) -> Drill:
    """The drill that a drill, a class or a function without arguments stands for."""
    made = thing() if isinstance(thing, type) or (callable(thing) and not hasattr(thing, "tick")) else thing
    if not hasattr(made, "tick") or not hasattr(made, "name"):
        raise TypeError(f"{made!r:.60} is no drill: drills/contract.py tells what one has, `name` and `tick` among it")
    return _complete(made)


def _origin(drill: Drill) -> str:
    drill = import_module("drillsergeant.drills.complete").unwrapped(drill)
    return f"{type(drill).__module__}.{type(drill).__qualname__}"


def _imported(module: str) -> object:
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module}.".startswith(f"{missing.name}."):
            raise  # something that the module itself needs
        remedy = "is it installed, or in the folder you are in? The path of its file, ending in .py, does as well"
        raise ValueError(f"there is no module {missing.name!r}: {remedy}") from missing


def _run(path: Path) -> object:
    """The module of a file, run anew. It is called as its whole path is, which no other module can be."""
    from importlib.util import module_from_spec, spec_from_file_location

    path = path.resolve()
    spec = spec_from_file_location(str(path), path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise ValueError(f"there is no file {path}")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    for each in _classes(module):
        if not any({"__reduce__", "__reduce_ex__"} & vars(base).keys() for base in each.__mro__[:-1]):
            each.__reduce__ = _to_pickle  # type: ignore[assignment]
    return module


class _ClassOfFile:
    """A class from a file, or one made of it, as copies have it, the class itself, and pickles: by its file, since a
    module of that name cannot be imported."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def __deepcopy__(self, memo: object) -> _ClassOfFile:
        return self

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        module, name = self.kind.__module__, self.kind.__qualname__
        return (_from_file, (module, name)) if IS_FILE.fullmatch(module) else (_ClassOfFile, (self.kind,))


def _to_pickle(thing: object) -> tuple[Callable[[_ClassOfFile], object], tuple[_ClassOfFile], dict[str, Any]]:
    """How an object of such a class is made again."""
    return _made_again, (_ClassOfFile(type(thing)),), dict(vars(thing))


def _made_again(of: _ClassOfFile) -> object:
    return object.__new__(of.kind)


def _from_file(path: str, name: str) -> _ClassOfFile:
    """The class `name` of a file, which is run where it has not been."""
    kind: Any = sys.modules[path] if path in sys.modules else _run(Path(path))
    for part in name.split("."):
        kind = getattr(kind, part)
    return _ClassOfFile(kind)


def _classes(module: Any) -> list[type]:
    """Those that a module defines."""
    return [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]


def _found(module: Any, name: str | None) -> object:
    """What is called `name` in a module, or the one class of a drill that the module defines."""
    classes = {each.__name__: each for each in _classes(module) if hasattr(each, "tick") and hasattr(each, "observe")}
    if name is None:
        if len(classes) != 1:
            said = f"{len(classes)} drills, {', '.join(classes)}: say which, file.py:Class" if classes else "no drill"
            raise ValueError(f"{module.__name__} defines {said}")
        return next(iter(classes.values()))
    thing = module
    for part in name.split("."):
        if not hasattr(thing, part):
            raise ValueError(f"{module.__name__} has no {name}; the drills in it are {', '.join(classes) or 'none'}")
        thing = getattr(thing, part)
    return cast(object, thing)
