"""The policy as an ONNX model, for use elsewhere: a protobuf writer of the few fields that takes, nothing else.

    observation [N][OBS] -> Gemm, Tanh, Gemm, Tanh -> policy Gemm -> logits [N][R] -> Softmax -> probabilities
     (a pair for each hidden layer)                -> value Gemm  -> value [N][1]

Where an action has several heads, what the policy says is split, and the outputs are called logits.move,
probabilities.move and so on, by the heads' names. A continuous head has mean [N][1] and std [1] instead, of a Gaussian
in its unit; what is drawn from it is clipped to the head's range. A drill that forbids choices has a second input, the
masks `allowed` bool [N][K] of all choices, head after head: where false, the probability is 0.

Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Weights keep their names of a `.dshq` file.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence

from drillsergeant._version import __version__
from drillsergeant.drills.contract import Continuous, Discrete, Head
from drillsergeant.learn.files.dshq import PolicyFile, hyper_metadata
from drillsergeant.learn.files.safetensors import Tensor
from drillsergeant.learn.files.schema import LOG_STD, plain_head
from drillsergeant.learn.heads import FORBIDDEN, LOG_STD_MAX, LOG_STD_MIN, rows_of, spread_of

SUFFIX = ".onnx"
IR_VERSION = 8
OPSET = 13
FLOAT, INT64, BOOL = 1, 7, 9  # TensorProto.DataType
INT = 2  # AttributeProto.AttributeType
ROWS = "N"  # the name of the free dimension


class _Heads:
    """The part of the graph between the policy's rows and the outputs: nodes, constants, and the outputs' widths."""

    def __init__(self, heads: Sequence[Head], log_stds: Sequence[float], *, masked: bool) -> None:
        self.nodes: list[bytes] = []
        self.constants: dict[str, bytes] = {}
        self.outputs: dict[str, int] = {}
        self.numbers: list[str] = []  # outputs that do not depend on what is observed
        self._allowed: dict[str, str] = {}
        self._heads, self._masked = list(zip(_suffixes(heads), heads, strict=True)), masked
        self._log_stds = iter(log_stds)
        sources = [self._source(name, head) for name, head in self._heads]
        self.rows = sources[0] if len(sources) == 1 else "rows"
        self._split(self.rows, sources, [rows_of(head) for head in heads], "head_sizes")
        choices = [(name, len(head.choices)) for name, head in self._heads if isinstance(head, Discrete)]
        if masked:
            masks = [f"allowed{name}" if len(choices) > 1 else "allowed" for name, _ in choices]
            self._split("allowed", masks, [count for _, count in choices], "choice_counts")
            self._allowed = dict(zip((name for name, _ in choices), masks, strict=True))
            self._constant("forbidden", FORBIDDEN)
        self._discrete()
        self._continuous()

    def _source(self, name: str, head: Head) -> str:
        """What a head's rows are called as they come from the policy."""
        if isinstance(head, Continuous):
            return f"half_ranges{name}"
        return f"scores{name}" if self._masked else f"logits{name}"

    def _split(self, whole: str, parts: Sequence[str], sizes: Sequence[int], constant: str) -> None:
        if len(parts) > 1:
            self.nodes.append(_node("Split", [whole, constant], parts, _attribute("axis", 1)))
            self.constants[constant] = _integers(constant, sizes)

    def _constant(self, name: str, value: float) -> None:
        self.constants[name] = _tensor(name, Tensor((1,), struct.pack("<f", value)))

    def _discrete(self) -> None:
        sizes = {name: len(head.choices) for name, head in self._heads if isinstance(head, Discrete)}
        for name in sizes if self._masked else ():
            self.nodes.append(_node("Where", [self._allowed[name], f"scores{name}", "forbidden"], [f"logits{name}"]))
        for name in sizes:
            self.nodes.append(_node("Softmax", [f"logits{name}"], [f"probabilities{name}"], _attribute("axis", 1)))
        self.outputs |= {f"{what}{name}": size for what in ("logits", "probabilities") for name, size in sizes.items()}

    def _continuous(self) -> None:
        numbers = [(name, head) for name, head in self._heads if isinstance(head, Continuous)]
        for name, head in numbers:
            middle, half = spread_of(head)
            std = half * math.exp(min(max(next(self._log_stds), LOG_STD_MIN), LOG_STD_MAX))
            for constant, value in (("middle", middle), ("half", half), ("deviation", std)):
                self._constant(f"{constant}{name}", value)
            self.nodes.append(_node("Mul", [f"half_ranges{name}", f"half{name}"], [f"from_middle{name}"]))
            self.nodes.append(_node("Add", [f"from_middle{name}", f"middle{name}"], [f"mean{name}"]))
            self.nodes.append(_node("Identity", [f"deviation{name}"], [f"std{name}"]))
            self.outputs[f"mean{name}"] = 1
        self.numbers = [f"std{name}" for name, _ in numbers]


def write_onnx(policy: PolicyFile) -> bytes:
    """Return the model. Its metadata names the drill, the observation's entries and how far training has come."""
    schema = policy.schema
    tensors = schema.split(policy.state.arrays["parameters"])
    spread = tensors.pop(LOG_STD, Tensor((0,), b""))
    log_stds = struct.unpack(f"<{spread.shape[0]}f", spread.content)
    heads = _Heads(schema.heads, log_stds, masked=schema.masks > 0)
    graph = [_field(1, node) for node in [*_layers(len(schema.hidden), heads.rows), *heads.nodes]]
    graph.append(_field(2, schema.drill))
    graph += [_field(5, _tensor(name, tensor)) for name, tensor in tensors.items()]
    graph += [_field(5, constant) for constant in heads.constants.values()]
    graph.append(_field(11, _value("observation", len(schema.observation))))
    if schema.masks:
        graph.append(_field(11, _value("allowed", schema.masks, BOOL)))
    graph += [_field(12, _value(name, width)) for name, width in {**heads.outputs, "value": 1}.items()]
    graph += [_field(12, _scalar(name)) for name in heads.numbers]
    metadata = {
        "drill": schema.drill,
        "schema": schema.meaning,
        "observation": json.dumps(schema.observation),
        "heads": json.dumps(list(map(plain_head, schema.heads))),
        "decisions": str(policy.progress.decisions),
        "created": policy.progress.created,
        **hyper_metadata(policy),
    }
    return b"".join(_model(b"".join(graph), metadata))


def _layers(hidden: int, rows: str) -> list[bytes]:
    """The network's layers in order of use, each y = x W^T + b; `rows` is what the policy's is called."""
    nodes, into = [], "observation"
    for layer in range(hidden):
        nodes.append(_gemm(f"net.{2 * layer}", into, f"linear{layer}"))
        into = f"hidden{layer}"
        nodes.append(_node("Tanh", [f"linear{layer}"], [into]))
    return [*nodes, _gemm("policy", into, rows), _gemm("value", into, "value")]


def _gemm(layer: str, into: str, out: str) -> bytes:
    return _node("Gemm", [into, f"{layer}.weight", f"{layer}.bias"], [out], _attribute("transB", 1))


def _model(graph: bytes, metadata: Mapping[str, str]) -> list[bytes]:
    """The fields of a model."""
    return [
        _number(1, IR_VERSION),
        _field(2, "drillsergeant"),
        _field(3, __version__),
        _field(7, graph),
        _field(8, _field(1, "") + _number(2, OPSET)),
        *(_field(14, _field(1, key) + _field(2, value)) for key, value in metadata.items()),
    ]


def _suffixes(heads: Sequence[Head]) -> list[str]:
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


def _value(name: str, width: int, kind: int = FLOAT) -> bytes:
    """An input or output [N][width], f32 or of another kind."""
    shape = _field(1, _field(2, ROWS)) + _field(1, _number(1, width))
    return _field(1, name) + _field(2, _field(1, _number(1, kind) + _field(2, shape)))


def _scalar(name: str) -> bytes:
    """An output f32 [1]."""
    return _field(1, name) + _field(2, _field(1, _number(1, FLOAT) + _field(2, _field(1, _number(1, 1)))))


def _attribute(name: str, value: int) -> bytes:
    return _field(1, name) + _number(3, value) + _number(20, INT)


def _node(operator: str, inputs: Iterable[str], outputs: Sequence[str], *attributes: bytes) -> bytes:
    """Named after its first output."""
    edges = b"".join([*(_field(1, name) for name in inputs), *(_field(2, name) for name in outputs)])
    return edges + _field(3, outputs[0]) + _field(4, operator) + b"".join(_field(5, each) for each in attributes)
