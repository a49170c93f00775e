"""Do the tests notice? Change the product in one place at a time and run its tests: `make mutants ARGS="--sample 60"`.

A sample, the same for the same seed, with as many mutants of each area. A mutant runs in a process of its own, on a
copy of the package, against the unit tests of its module, until the first that fails; what takes much longer than
without the change has been noticed, too. What these do not notice runs against all unit tests. What no test notices is
printed, with file, line and change: a hole in the tests, or a change that changes nothing, which `equivalents.py` names
with the reason.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from build.console import BuildError, guarded, say
from build.pins import ROOT
from build.promises.records import tally, tell
from build.upkeep.equivalents import reason
from build.upkeep.mutations import Mutation, mutations

PACKAGE = "py/drillsergeant"
WANTED = 0.95
LEFT, OTHERS, ENDED = "no test notices ", "all other tests with", " were noticed"  # in what a run prints
LIMIT_S = 170.0  # of all tests of a module, on a busy machine
SOUND = 4  # times as long may all unit tests take, and tests of a module without a change
UNIT = "tests/unit"
# Where mutants are made, and the tests of each place: what notices most comes first.
AREAS: dict[str, dict[str, tuple[str, ...]]] = {
    "learner": {
        "learn/formulas": ("learn/formulas", "learn/ppo", "learn/reference", "learn/wasm/test_engine_learner.py"),
        "learn/ppo": ("learn/ppo", "learn/wasm/test_engine_learner.py", "runtimes/saving/test_ranges.py"),
    },
    "memory": {
        "memory": (
            "memory/test_threads.py", "memory/test_access_and_telemetry.py", "memory/test_layout.py",
            "memory/test_snapshots.py", "memory/test_work_queue.py", "memory/test_ring.py",
            "memory/test_run_flag.py", "memory/test_edges.py",
            "runtimes/trainer/test_run_epoch.py",
            "runtimes/test_solo_mode.py", "memory/test_ring_interleavings.py", "memory/test_weights_interleavings.py",
            "learn/wasm/test_engine_shares.py", "learn/test_lockstep.py",
        ),
    },
    "archive": {
        "runtimes/trainer/archive.py": ("runtimes/saving",),
        "learn/files": ("learn/files", "library/test_policy.py", "runtimes/saving/test_ranges.py"),
    },
    "compiler": {
        "kernels/ir": ("kernels/ir", "kernels/wasm/test_emit.py", "kernels/trace"),
        "kernels/trace": (
            "kernels/trace", "kernels/test_arguments.py", "kernels/wasm/test_emit.py", "library/test_compiler.py",
        ),
        "kernels/wasm": ("kernels/wasm", "kernels/dense"),
        "kernels/dense": ("kernels/dense", "learn/wasm/test_engine_learner.py"),
        "kernels/wgsl.py": ("kernels/test_wgsl.py",),
    },
}  # fmt: skip
ALL = ("",)  # of tests/unit
# What only a browser runs, and what is only read by people.
LEFT_OUT = ("wasmtime_host.py", "text_format.py", "__init__.py")


@dataclass(frozen=True)
class Mutant:
    """A mutation of a file of the package, by its path there, and the tests that should notice."""

    area: str
    file: str
    tests: tuple[str, ...]
    mutation: Mutation

    def line(self) -> str:
        """Where it is and what it does."""
        return f"{PACKAGE}/{self.file}:{self.mutation.line}: {self.mutation.change}"


@cache
def mutants(area: str) -> tuple[Mutant, ...]:
    """All of an area."""
    found: list[Mutant] = []
    for place, tests in AREAS[area].items():
        root = ROOT / PACKAGE / place
        files = [root] if root.is_file() else sorted(root.rglob("*.py"))
        for file in files:
            if file.name not in LEFT_OUT:
                name = str(file.relative_to(ROOT / PACKAGE))
                found += [Mutant(area, name, tests, each) for each in mutations(file.read_text())]
    return tuple(found)


def sample(areas: Sequence[str], size: int, seed: int) -> list[Mutant]:
    """So many, as evenly from these areas as they go; those known to change nothing are not among them."""
    chance, found = random.Random(seed), list[Mutant]()
    for number, area in enumerate(areas):
        wanted = size // len(areas) + (number < size % len(areas))
        there = [each for each in mutants(area) if not reason(each.file, each.mutation)]
        found += chance.sample(there, min(wanted, len(there)))
    return found


class Copy:
    """The package in a folder of its own, where one file at a time is another."""

    def __init__(self, folder: Path) -> None:
        self._package = folder / "py" / "drillsergeant"
        shutil.copytree(ROOT / PACKAGE, self._package)  # with what Python has compiled

    def run(self, tests: Sequence[str], limit_s: float) -> str:
        """Run the tests on it; "" where all pass, else in a word why not."""
        places = [f"{UNIT}/{each}" for each in tests]
        command = [
            sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-o",
            f"pythonpath={self._package.parent} .", *places,
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(self._package.parent), "OPENBLAS_NUM_THREADS": "1"}
        try:
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=limit_s, check=False)
        except subprocess.TimeoutExpired:
            return "never ended"
        return "" if done.returncode == 0 else "failed"

    def noticed(self, mutant: Mutant, limit_s: float) -> str:
        """Run the tests with the mutant in place."""
        file = self._package / mutant.file
        before = file.read_text()
        cached = list((file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"))
        for each in cached:
            each.unlink()
        file.write_text(mutant.mutation.text)
        try:
            return self.run(mutant.tests, limit_s)
        finally:
            file.write_text(before)


def unnoticed(chosen: Sequence[Mutant], jobs: int, limit_s: float, others: tuple[str, ...] = ALL) -> list[Mutant]:
    """Run the tests with each of these, and `others` with what its own tests do not notice; those that none notices.

    Raises BuildError where tests fail without any change.
    """
    with TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as lanes:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(jobs):
            copies.put(Copy(Path(folder) / str(number)))

        def on_a_copy(work: Callable[[Copy], str]) -> str:
            copy = copies.get()
            try:
                return work(copy)
            finally:
                copies.put(copy)

        def ensure_sound(tests: tuple[str, ...]) -> None:
            if on_a_copy(lambda copy: copy.run(tests, SOUND * limit_s)):
                raise BuildError(f"the tests {', '.join(tests) or UNIT} fail without any change: mend them first")

        def survived(mutant: Mutant, longest_s: float) -> bool:
            began_s = time.monotonic()
            how = on_a_copy(lambda copy: copy.noticed(mutant, longest_s))
            say(f"  {how or 'SURVIVED':11} {time.monotonic() - began_s:4.0f} s  {mutant.line()}")
            return not how

        def survivors(tried: Sequence[Mutant], longest_s: float) -> list[Mutant]:
            list(lanes.map(ensure_sound, sorted({mutant.tests for mutant in tried})))
            lives = lanes.map(lambda each: survived(each, longest_s), tried)
            return [mutant for mutant, lived in zip(tried, lives, strict=True) if lived]

        left = survivors(chosen, limit_s)
        if left:
            say(f"{OTHERS} the {len(left)} that are left:")
            left = survivors([replace(mutant, tests=others) for mutant in left], SOUND * limit_s)
        return left


def told(logs: Sequence[Path]) -> tuple[int, list[str]]:
    """Of what earlier runs printed: how many mutants they tried and which were left, without those named since.

    Raises BuildError for a run that did not come to its end: what it left nobody knows.
    """
    tried, left = 0, list[str]()
    for log in logs:
        first, _, rest = (text := log.read_text()).partition(f"\n{OTHERS}")
        if ENDED not in text.rstrip().rpartition("\n")[2]:
            raise BuildError(f"{log} does not end with how many{ENDED}: give what a whole run printed")
        tried += sum(line.startswith(("  failed ", "  never ended ", "  SURVIVED ")) for line in first.splitlines())
        left += [line.removeprefix(LEFT) for line in rest.splitlines() if line.startswith(LEFT)]
    known = {each.line() for area in AREAS for each in mutants(area) if reason(each.file, each.mutation)}
    return tried - sum(line in known for line in left), [line for line in left if line not in known]


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, run, print what survived; non-zero where fewer are noticed than is wanted."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--areas", nargs="+", choices=sorted(AREAS), default=list(AREAS), metavar="AREA")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--limit", type=float, default=LIMIT_S, metavar="S", help="of the tests of one mutant")
    parser.add_argument("--told", nargs="+", type=Path, metavar="LOG", help="judge what earlier runs printed, by now")
    options = parser.parse_args(arguments)
    if options.told:
        tried, left = told(options.told)
        return judge(tried, left, ", ".join(log.stem for log in options.told))
    chosen = sample(options.areas, options.sample, options.seed)
    if not chosen:
        raise BuildError(f"--sample {options.sample}: there is nothing to try; ask for some")
    unseen = unnoticed(chosen, options.jobs, options.limit)
    return judge(len(chosen), [mutant.line() for mutant in unseen], f"seed {options.seed}")


def judge(tried: int, left: Sequence[str], which: str) -> int:
    """Print and record what no test noticed of so many; 1 where that is more than is promised."""
    share = 1.0 - len(left) / tried
    say("".join(f"\n{LEFT}{line}" for line in left))
    noticed = f"{tried - len(left)} of {tried}, {share:.0%}, {which}"
    say(f"{noticed}{ENDED}")
    tally(20, "mutants", tried, bad=len(left) if share < WANTED else 0)
    tell(20, "noticed", noticed)
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    guarded(main)
