"""`python -m drillsergeant export ball.dshq ball.onnx`: a policy for other programs."""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

from drillsergeant.commands.command import Command

KINDS = (".onnx", ".npz", ".csv", ".json")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", type=Path, help="a .dshq file")
    parser.add_argument(
        "out",
        type=Path,
        help="the file to write: .onnx, .npz with the network's tensors by name, or the run's numbers as .csv or .json",
    )
    parser.add_argument("--drill", help="the drill, where the file's own is not registered")


def _run(given: argparse.Namespace) -> int:
    """Write the file. Raises ValueError for a kind of file that there is not."""
    if given.out.suffix not in KINDS:
        raise ValueError(f"{given.out} ends in {given.out.suffix!r}, expected one of {', '.join(KINDS)}")
    import numpy as np

    from drillsergeant.learn.files import run_table
    from drillsergeant.learn.files.replacing import replace_file
    from drillsergeant.library.policy import Policy

    policy = Policy.load(given.policy, given.drill)
    if given.out.suffix == ".onnx":
        policy.export_onnx(given.out)
    elif given.out.suffix in (run_table.CSV, run_table.JSON):
        write = run_table.write_csv if given.out.suffix == run_table.CSV else run_table.write_json
        replace_file(given.out, write(policy.content))
    else:
        content = BytesIO()
        np.savez(content, allow_pickle=False, **policy.tensors())
        replace_file(given.out, content.getvalue())
    print(f"{given.out} is of {policy.content.schema.drill}")
    return 0


EXPORT = Command("export", "write a policy as ONNX or as arrays, or its run's numbers as a table", _add_arguments, _run)
