"""The promises by number. A test stands where it is in tests/; a program of build/ with what it is given."""

from __future__ import annotations

from build.promises.promise import Promise

WORKERS, GPU, PAGE = "tests/browser/workers", "tests/browser/gpu", "tests/browser/page"
EMBED, UNIT = "tests/browser/embed", "tests/unit"
MEMORY, ARCHIVE = f"{UNIT}/memory", f"{UNIT}/runtimes/saving/test_archive.py"
# fmt: off
PROMISES = (
    Promise(
        1, "tears", "torn reads of the weights", "0 of 10,000,000",
        (f"{WORKERS}/test_tears.py",), 1.0, {"reads": 10_000_000},
    ),
    Promise(
        2, "interleavings", "interleavings of the protocols in memory, with a kill before each step",
        "all of them, none wrong",
        (f"{MEMORY}/test_weights_interleavings.py", f"{MEMORY}/test_ring_interleavings.py"),
        0.4, {"states": 200_000},
    ),
    Promise(
        3, "kills", "decisions lost or learned from twice, while workers are killed", "0 of 10,000,000, 100 kills",
        (f"{WORKERS}/test_kills.py",), 2.2, {"kills": 100, "decisions": 10_000_000},
    ),
    Promise(
        4, "load", "decisions a second held", "worst minute >= 80 % of the median, over 30",
        ("build.measure.endurance --promised --minutes 5",), 5.2, {"minutes": 30},
        ("build.measure.endurance --promised --minutes 30",),
    ),
    Promise(
        5, "hidden", "pace of a hidden tab whose timers come once a minute", ">= 95 % of the visible pace",
        (f"{WORKERS}/test_hidden.py",), 2.5, {"hidden looks": 3},
    ),
    Promise(
        6, "freezes", "tabs that were frozen for 30 s and went on, no worker replaced", "20 of 20",
        (f"{WORKERS}/test_freezes.py",), 2.3, {"freezes": 20},
    ),
    Promise(
        7, "losses", "losses of the graphics process survived, at most one update lost with each", "20 of 20",
        ("build.measure.soak --crashes 20",), 3.0, {"losses": 20},
    ),
    Promise(
        8, "pauses", "time without training after such a loss", "< 2 s",
        ("build.measure.soak --crashes 20",), 0.0, {"pauses": 20},
    ),
    Promise(
        9, "deaths", "deaths of workers survived, in four ways and every role, and noticed in time",
        "100 of 100, noticed in < 0.25 s on a quiet machine", (f"{WORKERS}/test_deaths.py",), 2.0, {"deaths": 100},
    ),
    Promise(
        10, "crashes", "saved runs lost to a crash of the tab, or at any step of a save",
        "0 of 200 crashes, 0 of 10,000 steps", ("build.measure.crashes --count 20 --longest 6", ARCHIVE), 2.0,
        {"crashes": 200, "cuts": 10_000},
        ("build.measure.crashes --count 200", "build.measure.crashes --count 200 --database", ARCHIVE),
    ),
    Promise(
        11, "behind", "training lost by a crash of the tab", "<= 30 s",
        ("build.measure.crashes --count 20 --longest 6",), 0.0, {"crashes": 200},
        ("build.measure.crashes --count 200", "build.measure.crashes --count 200 --database"),
    ),
    Promise(
        12, "disks", "full disks and failing files: told, and the save before it whole", "all of them",
        (ARCHIVE, f"{PAGE}/test_runs.py::test_ten_full_disks_are_told_and_no_save_is_lost"),
        0.7, {"failing calls": 100, "full disks": 10},
    ),
    Promise(
        13, "inputs", "bad input answered in words: files, links, code, numbers",
        "10,000, none hangs, none breaks the page",
        (
            f"{UNIT}/learn/files/test_dshq_fuzz.py", f"{UNIT}/runtimes/page/editor/test_hostile_code.py",
            f"{UNIT}/learn/compile/test_edited_drill.py",
            f"{UNIT}/runtimes/page/test_parts.py",
        ), 0.7, {"files": 10_000, "texts and links": 1_000},
    ),
    Promise(
        14, "boot", "starts with a broken file that end in a sentence that names it",
        "all files of a first visit, six ways",
        (f"{WORKERS}/test_boot_faults.py",), 1.5, {"faults": 180},
    ),
    Promise(
        15, "memory", "memory gained in training; objects held across languages", "< 1 MB a minute; 0 per 1,000 frames",
        ("build.measure.endurance --promised --minutes 5",), 0.0, {"minutes": 30},
        ("build.measure.endurance --promised --minutes 30",),
    ),
    Promise(
        16, "poison", "NaN, infinity and numbers no training makes, caught in their update", "40 of 40",
        (f"{GPU}/test_poison.py", f"{UNIT}/learn/ppo/test_ppo.py"), 0.5, {"injections": 40},
    ),
    Promise(
        17, "shaders", "error of each kernel on the graphics processor, as a share of its derived bound", "all < 100 %",
        (f"{GPU}/test_update.py",), 0.7, {"kernels": 30},
    ),
    Promise(
        18, "determinism", "weights after the same updates, equal to the bit wherever they are made",
        "all equal: native, NumPy, Pyodide, page; 1, 4 and 8 workers; twice",
        (f"{UNIT}/learn/test_lockstep.py", f"{WORKERS}/test_lockstep.py"), 1.0, {"digests": 10},
    ),
    Promise(
        19, "learns", "games with known answers learned; CartPole after 500,000 decisions",
        "all; mean return in the band of CleanRL's PPO, 490.04 ± 6.12, or above",
        (f"{UNIT}/learn/test_learning.py", f"{UNIT}/learn/test_cartpole_band.py", f"{GPU}/test_learning.py"), 1.2,
        {"games": 10, "seeds of CartPole": 5},
    ),
    Promise(
        20, "mutants", "changed lines of learner, memory, archive and compiler that a test notices", ">= 95 %",
        ("build.upkeep.mutants --sample 60 --jobs 2",), 3.0, {"mutants": 60},
    ),
    Promise(
        21, "embeds", "ways to be embedded: trains, or says why not", "5 of 5, no blank frame",
        (f"{EMBED}/test_hosts.py", f"{EMBED}/test_embeds.py::test_there_is_never_a_blank_frame"), 0.8, {"ways": 5},
    ),
    Promise(
        22, "requests", "requests to other places than the page's own", "0 in a whole visit",
        (f"{PAGE}/test_visit.py::test_a_visitor_trains_pauses_plays_and_resets",), 0.2, {"requests": 20},
    ),
)
# fmt: on
