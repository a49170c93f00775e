"""The promises: 22, each measured by something that is there; what was counted adds up to a row, and rows are kept."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from build.console import BuildError
from build.pins import ROOT
from build.promises import __main__ as program
from build.promises import page, product, records
from build.promises.promise import NEVER, Measured, Promise, judged
from build.promises.records import Found, found, tally, tell
from build.promises.table import PROMISES

ONE = Promise(3, "one", "a figure", "0 of 1,000", ("tests/build/test_promises.py",), 1.0, {"tries": 1000})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    records._counted.clear()
    return tmp_path


def test_there_are_twenty_two_and_what_measures_each_is_there_and_speaks_of_it() -> None:
    assert [promise.number for promise in PROMISES] == list(range(1, 23))
    assert len({promise.name for promise in PROMISES}) == 22
    for promise in PROMISES:
        texts = []
        for measured in (*promise.measured, *promise.full):
            file, _, test = measured.partition("::")
            path = ROOT / (file if file.startswith("tests/") else file.split()[0].replace(".", "/") + ".py")
            texts.append(path.read_text())
            assert not test or f"def {test}(" in texts[-1], measured
        spoken = "".join(texts) + (ROOT / "tests/rigs/memory/interleaving.py").read_text()
        by_verdict = promise.number in (4, 15) and "tally(verdict.number" in spoken
        assert by_verdict or re.search(rf"\b(tally|tell)\({promise.number}, ", spoken), promise.name
    assert sum(promise.minutes for promise in PROMISES) <= 33


def test_counts_of_all_who_count_add_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for test, tried, bad in (("a", 400, 0), ("b", 300, 0), ("b", 300, 0), ("a", 100, 0)):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{test} (call)")
        tally(3, "tries", tried, bad)
    tell(3, "pace", "9 k")
    assert found(3) == Found({"tries": 1100}, {"tries": 0}, {"pace": "9 k"})
    assert found(3).text() == "tries: 0 of 1,100 (95 %: < 0.0027); pace: 9 k"
    for test, seconds in (("a", "9.5"), ("b", "18.0"), ("c", "10.25")):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{test} (call)")
        tell(3, "at most", seconds)
    assert found(3).figures == {"pace": "9 k", "at most": "9.5 to 18.0"}
    records._counted.clear()  # the same test, in another run
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "b (call)")
    tally(3, "tries", 5, bad=1)
    assert found(3).tried == {"tries": 505} and found(3).bad == {"tries": 1}
    records.forget(3)
    assert found(3) == Found()


def test_a_promise_is_held_on_as_many_as_were_tried_or_missed() -> None:
    whole = Found({"tries": 1000}, {"tries": 0})
    assert judged(ONE, whole, "", "today") == Measured(whole.text(), "held", "today")
    short = judged(ONE, Found({"tries": 10}, {"tries": 0}), "", "today")
    assert short.held and short.verdict == "held on 10 of 1,000 tries"
    for wrong, failed, says in (
        (Found({"tries": 1000}, {"tries": 2}), "", "missed: tries: 2 of 1,000"),
        (whole, "it ended with 1", "missed: it ended with 1"),
        (Found(), "", "missed: nothing was recorded"),
        (Found({"others": 5}, {"others": 0}), "", "missed: no tries were recorded"),
    ):
        row = judged(ONE, wrong, failed, "today")
        assert row.verdict == says and not row.held
    assert not NEVER.held


def test_the_page_keeps_what_was_not_measured_again() -> None:
    rows = {promise.number: Measured(f"tries: {promise.number}", "held", "2026-01-02") for promise in PROMISES[:20]}
    assert page.rows_of(page.text(rows)) == {**rows, 21: NEVER, 22: NEVER}
    odd = {1: Measured("a | b\nc", "held", "2026-01-02", "0123abc+")}
    assert page.rows_of(page.text(odd))[1] == Measured("a / b c", "held", "2026-01-02", "0123abc+")


def test_the_page_as_it_lies_there_is_one_that_is_written() -> None:
    lies = page.PAGE.read_text()
    assert lies == page.text(page.rows_of(lies)), "run `make promises`: nobody edits docs/promises.md"


class Checkout:
    """A repository of its own, where products and documents are changed and committed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q")
        self.write("py/game.py", "1")
        self.commit("first")

    def git(self, *arguments: str) -> str:
        named = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *named, *arguments], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout.strip()

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def commit(self, subject: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)
        return self.git("rev-parse", "--short=9", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.setattr(product, "ROOT", tmp_path / "checkout")
    (tmp_path / "checkout").mkdir()
    return Checkout(tmp_path / "checkout")


def test_a_row_speaks_of_the_commit_that_changed_its_product(checkout: Checkout) -> None:
    first = product.commit_of(ONE)
    assert first == checkout.git("rev-parse", "--short=9", "HEAD")
    checkout.write("docs/promises.md", "a row")
    checkout.commit("others land")
    assert product.commit_of(ONE) == first and product.unchanged(ONE, first)
    checkout.write(ONE.measured[0], "another way to measure")
    assert product.commit_of(ONE) == first + product.CHANGED and not product.unchanged(ONE, first)
    second = checkout.commit("what measures it")
    assert product.commit_of(ONE) == second and not product.unchanged(ONE, first)
    checkout.write("py/game.py", "2")
    assert product.commit_of(ONE) == second + product.CHANGED
    assert not product.unchanged(ONE, second) and not product.unchanged(ONE, second + product.CHANGED)
    checkout.commit("the product")
    assert not product.unchanged(ONE, second) and not product.unchanged(ONE, "") and not product.unchanged(ONE, "0bad")


def test_what_was_measured_is_not_measured_again_until_it_changed(
    folder: Path, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    tries = 1000

    def run(measured: str, full: bool) -> str:
        ran.append(measured)
        tally(1, "tries", tries)
        tally(2, "tries", tries)
        return ""

    def measured(*, full: bool = False, again: bool = False) -> list[str]:
        ran.clear()
        program.measure(both, full=full, again=again)
        return list(ran)

    both = [replace(ONE, number=1, full=("build.longer",)), replace(ONE, number=2, name="two")]
    monkeypatch.setattr(program, "run", run)
    monkeypatch.setattr(program, "PAGE", folder / "promises.md")
    monkeypatch.setattr(program, "kept", lambda: page.kept(folder / "promises.md"))
    assert measured() == list(ONE.measured), "once for both"
    assert all(page.kept(folder / "promises.md")[number].verdict == "held" for number in (1, 2))
    checkout.write("docs/promises.md", "a row")
    checkout.commit("others land")
    assert not measured() and not measured(full=True)
    assert measured(again=True) == list(ONE.measured)
    tries = 10
    checkout.write("py/game.py", "2")
    checkout.commit("the product")
    records._counted.clear()
    assert measured() == list(ONE.measured)
    assert page.kept(folder / "promises.md")[1].verdict == "held on 10 of 1,000 tries"
    assert not measured() and measured(full=True) == ["build.longer", *ONE.measured]


def test_promises_are_chosen_by_their_words() -> None:
    assert [promise.name for promise in program.chosen("hidden, kills")] == ["kills", "hidden"]
    assert len(program.chosen("")) == 22
    with pytest.raises(BuildError, match="--only speed: no promise is called so, expected some of tears, "):
        program.chosen("speed")


def test_what_programs_recorded_by_themselves_is_judged_with_the_words_for_where(
    folder: Path, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "run", lambda measured, full: pytest.fail(f"{measured} is run"))
    monkeypatch.setattr(program, "PAGE", folder / "promises.md")
    monkeypatch.setattr(program, "kept", lambda: page.kept(folder / "promises.md"))
    for source in ("elsewhere 1", "elsewhere 2"):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{source} (call)")
        tally(3, "tries", 600)
    rows = program.measure([ONE], full=True, again=False, recorded="four at once on 16 cores")
    assert rows[3].verdict == "held"
    assert rows[3].value == "tries: 0 of 1,200 (95 %: < 0.0025); four at once on 16 cores"
    assert page.kept(folder / "promises.md")[3] == rows[3]
    with pytest.raises(BuildError, match="--recorded: name with --only what was recorded"):
        program.main(["--recorded", "somewhere"])
