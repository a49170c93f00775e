"""`python -m drillsergeant export ball.dshq ball.onnx`: a policy for other programs."""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

from drillsergeant.commands.command import Command

KINDS = (".onnx", ".npz")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", type=Path, help="a .dshq file")
    parser.add_argument("out", type=Path, help="the file to write: .onnx, or .npz with the network's tensors by name")
    parser.add_argument("--drill", help="the drill, where the file's own is not registered")


def _run(given: argparse.Namespace) -> int:
    """Write the file. Raises ValueError for a kind of file that there is not."""
    if given.out.suffix not in KINDS:
        raise ValueError(f"{given.out} ends in {given.out.suffix!r}, expected one of {', '.join(KINDS)}")
    import numpy as np

    from drillsergeant.learn.files.replacing import replace_file
    from drillsergeant.library.policy import Policy

    policy = Policy.load(given.policy, given.drill)
    if given.out.suffix == ".onnx":
        policy.export_onnx(given.out)
    else:
        content = BytesIO()
        np.savez(content, allow_pickle=False, **policy.tensors())
        replace_file(given.out, content.getvalue())
    print(f"{given.out} plays {policy.content.schema.drill}")
    return 0


EXPORT = Command("export", "write a policy as ONNX, or as arrays", _add_arguments, _run)
