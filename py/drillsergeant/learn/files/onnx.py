"""The policy as an ONNX model, for use elsewhere: a protobuf writer of the few fields that takes, nothing else.

    observation [N][OBS] -> Gemm, Tanh, Gemm, Tanh -> policy Gemm -> logits [N][R] -> Softmax -> probabilities
                                                   -> value Gemm  -> value [N][1]

Where an action has several heads, logits are split, and the outputs are called logits.move, probabilities.move and so
on, by the heads' names.

Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Weights keep their names of a `.dshq` file.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence

from drillsergeant._version import __version__
from drillsergeant.drills.contract import Discrete
from drillsergeant.learn.files.dshq import PolicyFile, hyper_metadata
from drillsergeant.learn.files.safetensors import Tensor

SUFFIX = ".onnx"
IR_VERSION = 8
OPSET = 13
FLOAT, INT64 = 1, 7  # TensorProto.DataType
INT = 2  # AttributeProto.AttributeType
ROWS = "N"  # the name of the free dimension
# (layer, its input, its output); each is y = x W^T + b.
LINEARS = (
    ("net.0", "observation", "linear0"),
    ("net.2", "hidden0", "linear1"),
    ("policy", "hidden1", "logits"),
    ("value", "hidden1", "value"),
)
TANHS = (("linear0", "hidden0"), ("linear1", "hidden1"))


def write_onnx(policy: PolicyFile) -> bytes:
    """Return the model. Its metadata names the drill, the observation's entries and how far training has come."""
    schema = policy.schema
    tensors = schema.split(policy.state.arrays["parameters"])
    linears = {
        out: _node("Gemm", [into, f"{name}.weight", f"{name}.bias"], [out], _attribute("transB", 1))
        for name, into, out in LINEARS
    }
    tanhs = {into: _node("Tanh", [into], [out]) for into, out in TANHS}
    nodes = [node for out, linear in linears.items() for node in (linear, tanhs.get(out)) if node]  # in order of use
    sizes = {name: len(head.choices) for name, head in zip(_suffixes(schema.heads), schema.heads, strict=True)}
    if len(sizes) > 1:
        outs = [f"logits{name}" for name in sizes]
        nodes.append(_node("Split", ["logits", "head_sizes"], outs, _attribute("axis", 1)))
    nodes += [_node("Softmax", [f"logits{name}"], [f"probabilities{name}"], _attribute("axis", 1)) for name in sizes]
    outputs = {f"{what}{name}": size for what in ("logits", "probabilities") for name, size in sizes.items()}
    outputs["value"] = 1
    graph = [_field(1, node) for node in nodes]
    graph.append(_field(2, schema.drill))
    graph += [_field(5, _tensor(name, tensor)) for name, tensor in tensors.items()]
    if len(sizes) > 1:
        graph.append(_field(5, _integers("head_sizes", list(sizes.values()))))
    graph.append(_field(11, _value("observation", len(schema.observation))))
    graph += [_field(12, _value(name, width)) for name, width in outputs.items()]
    metadata = {
        "drill": schema.drill,
        "schema": schema.meaning,
        "observation": json.dumps(schema.observation),
        "heads": json.dumps([[head.name, head.choices] for head in schema.heads]),
        "decisions": str(policy.progress.decisions),
        "created": policy.progress.created,
        **hyper_metadata(policy),
    }
    model = [
        _number(1, IR_VERSION),
        _field(2, "drillsergeant"),
        _field(3, __version__),
        _field(7, b"".join(graph)),
        _field(8, _field(1, "") + _number(2, OPSET)),
        *(_field(14, _field(1, key) + _field(2, value)) for key, value in metadata.items()),
    ]
    return b"".join(model)


def _suffixes(heads: Sequence[Discrete]) -> list[str]:
    """What the outputs of each head end in."""
    return [""] if len(heads) == 1 else [f".{head.name}" for head in heads]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes | str) -> bytes:
    """A text, or a message inside a message."""
    raw = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _tensor(name: str, tensor: Tensor) -> bytes:
    dims = b"".join(_number(1, size) for size in tensor.shape)
    return dims + _number(2, FLOAT) + _field(8, name) + _field(9, tensor.content)


def _integers(name: str, values: Sequence[int]) -> bytes:
    """An i64 tensor of one dimension."""
    content = struct.pack(f"<{len(values)}q", *values)
    return _number(1, len(values)) + _number(2, INT64) + _field(8, name) + _field(9, content)


def _value(name: str, width: int) -> bytes:
    """An input or output f32 [N][width]."""
    shape = _field(1, _field(2, ROWS)) + _field(1, _number(1, width))
    return _field(1, name) + _field(2, _field(1, _number(1, FLOAT) + _field(2, shape)))


def _attribute(name: str, value: int) -> bytes:
    return _field(1, name) + _number(3, value) + _number(20, INT)


def _node(operator: str, inputs: Iterable[str], outputs: Sequence[str], *attributes: bytes) -> bytes:
    """Named after its first output."""
    edges = b"".join([*(_field(1, name) for name in inputs), *(_field(2, name) for name in outputs)])
    return edges + _field(3, outputs[0]) + _field(4, operator) + b"".join(_field(5, each) for each in attributes)
