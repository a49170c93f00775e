"""From an optimised graph to a WebAssembly function: the loops, the order of the nodes, the locals.

The function walks the lanes four at a time. There are three levels of code: what depends on no array is computed once
per call, what depends on arrays once per step of four lanes, and in a repeated kernel what depends on the state once
per repetition; between repetitions the state lies in the output arrays.

`schedule` orders the nodes. One that only the next node uses stays on the operand stack; the others get a local, which
goes to another value after the last use. Inputs are loaded where they are first used. An output is stored as soon as
it is known, but never before every input array of the same index has been loaded, so a kernel may work in place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from drillsergeant.kernels.ir.graph import Graph, Node, Output
from drillsergeant.kernels.ir.ops import COMMUTATIVE, LEAVES, SHIFTS, DType, Op
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.lowering import CALLED, lower, operands
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.scheduling import schedule
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.memory.access import SIMD_LANES, VECTOR_BYTES

_CALL, _STEP, _REPEAT = 0, 1, 2
_SIGN_BIT = 31
_HOIST_FROM_USES = 2  # a constant used this often gets a local before the loops


def parameters(kernel: Kernel) -> list[tuple[str, str]]:
    """(name, value type) of the exported function's parameters, in order."""
    listed = [("count", "i32")]
    for direction, groups in (("in", kernel.inputs), ("out", kernel.outputs)):
        for group in groups:
            listed += [(f"{direction}.{group}.base", "i32"), (f"{direction}.{group}.stride", "i32")]
    return listed + [
        (f"scalar.{name}", "f32" if DType(dtype) is DType.F32 else "i32") for name, dtype in kernel.scalars.items()
    ]


def emit(kernel: Kernel, graph: Graph, module: Module) -> Function:
    """Add the exported function of `kernel`, whose optimised graph is `graph`, to `module`."""
    function = module.function(kernel.name, parameters(kernel), export=True)
    _Emitter(kernel, graph, function, module).emit()
    return function


class _Emitter:
    """The state of emitting one function."""

    def __init__(self, kernel: Kernel, graph: Graph, function: Function, module: Module) -> None:
        self.kernel, self.graph, self.f, self.module = kernel, graph, function, module
        self.repeated = kernel.repeat > 1
        self.level = levels(graph, kernel.state if self.repeated else None)
        self.operands = {node: operands(node) for node in graph.nodes}
        self.uses: Counter[Node] = Counter(out.node for out in graph.outputs)
        self.uses.update(operand for pushed in self.operands.values() for operand in pushed)
        self.deepest: dict[Node, int] = {}  # the innermost level that uses a node
        self.pointers: dict[tuple[str, str, int], Local] = {}
        self.place: dict[Node, Local] = {}  # where computed values lie
        self.free: list[Local] = []
        self.on_stack: Node | None = None  # a value that waits on the operand stack for the next node
        self.now = _CALL
        self.waiting: dict[int, list[Node]] = {}  # the loads to come, by the index of their array in its group
        for node in graph.nodes:
            if isinstance(node.attr, tuple) and self.uses[node]:
                self.waiting.setdefault(node.attr[1], []).append(node)

    # -- the loops ------------------------------------------------------------------------------------------------

    def emit(self) -> None:
        """Emit the whole function."""
        f = self.f
        inner = _REPEAT if self.repeated else _STEP
        for node in self.graph.nodes:
            for operand in self.operands[node]:
                self._used_at(operand, self.level[node])
        for out in self.graph.outputs:
            self._used_at(out.node, inner)
        self.offset, end = f.local("i32", "offset"), f.local("i32", "end")
        self._emit_pointers()
        self._emit_end(end)
        self._emit_level(_CALL)
        with f.block() as done:
            f.local_get(end)
            f.i32_const(0)
            f.op("i32.le_s")
            f.br_if(done)
            with f.loop() as step:
                self.now = _STEP
                if self.repeated:
                    self._emit_level(_STEP)
                    self._emit_repetitions()
                else:
                    self._emit_outputs()
                f.local_get(self.offset)
                f.i32_const(VECTOR_BYTES)
                f.op("i32.add")
                f.local_tee(self.offset)
                f.local_get(end)
                f.op("i32.lt_u")
                f.br_if(step)

    def _used_at(self, node: Node, level: int) -> None:
        self.deepest[node] = max(level, self.deepest.get(node, 0))

    def _emit_pointers(self) -> None:
        """A local for the address of lane 0 of every array that is read or written."""
        f = self.f
        arrays = [("in", *node.attr) for node in self.graph.nodes if isinstance(node.attr, tuple) and self.uses[node]]
        arrays += [("out", out.group, out.index) for out in self.graph.outputs]
        if self.repeated:
            state = range(len(self.kernel.types_in(self.kernel.state)))
            arrays += [("in", self.kernel.state, index) for index in state]
        for direction, group, index in dict.fromkeys(arrays):
            base, stride = f.params[f"{direction}.{group}.base"], f.params[f"{direction}.{group}.stride"]
            if index == 0:
                self.pointers[direction, group, 0] = base
                continue
            pointer = f.local("i32", f"{direction}.{group}.{index}")
            f.local_get(base)
            f.local_get(stride)
            f.i32_const(index)
            f.op("i32.mul")
            f.op("i32.add")
            f.local_set(pointer)
            self.pointers[direction, group, index] = pointer

    def _emit_end(self, end: Local) -> None:
        """The bytes to walk: count rounded up to whole steps; 0 or less for none."""
        f = self.f
        f.local_get(f.params["count"])
        f.i32_const(SIMD_LANES - 1)
        f.op("i32.add")
        f.i32_const(2)
        f.op("i32.shr_s")
        f.i32_const(4)
        f.op("i32.shl")
        f.local_set(end)

    def _emit_level(self, level: int) -> None:
        """Compute what belongs to an outer level; what deeper code uses of it keeps its local as long as the loops."""
        for node in self.graph.nodes:
            used_deeper = self.deepest.get(node, 0) > level and not self._inline_constant(node)
            if self.level[node] == level and self.uses[node] and (used_deeper or node.op not in LEAVES):
                self._compute(node)
                self._keep(node)

    def _emit_repetitions(self) -> None:
        """Copy the state to the output arrays, then apply the body there `repeat` times."""
        f, state = self.f, self.kernel.state
        for index in range(len(self.kernel.types_in(state))):
            self._push_address("out", state, index)
            self._push_address("in", state, index)
            f.memory("v128.load")
            f.memory("v128.store")
        rounds = f.local("i32", "rounds")
        f.i32_const(self.kernel.repeat)
        f.local_set(rounds)
        with f.loop() as again:
            self.now = _REPEAT
            self._emit_outputs()
            f.local_get(rounds)
            f.i32_const(1)
            f.op("i32.sub")
            f.local_tee(rounds)
            f.br_if(again)

    # -- values ---------------------------------------------------------------------------------------------------

    def _emit_outputs(self) -> None:
        """Compute what belongs to the loop just entered, and store each output as soon as it is known."""
        stores: dict[Node, list[Output]] = {}
        for out in self.graph.outputs:
            stores.setdefault(out.node, []).append(out)
        own = [node for node in self.graph.nodes if self.level[node] == self.now and node.op is not Op.LOAD]
        order = schedule([node for node in own if self.uses[node]], self.operands)
        for node, following in zip_longest(order, order[1:]):
            self._compute(node)
            if following is not None and self._flows_into(node, following):
                self.on_stack = node
                continue
            self._keep(node)
            self._store(stores.pop(node, []))
        for outputs in stores.values():
            self._store(outputs)

    def _flows_into(self, node: Node, following: Node) -> bool:
        """Whether `node` may stay on the operand stack, being used only by the next node and first."""
        first, *others = self.operands[following]
        return self.uses[node] == 1 and (node is first or (following.op in COMMUTATIVE and node in others))

    def _store(self, outputs: Sequence[Output]) -> None:
        for out in outputs:
            for load in list(self.waiting.get(out.index, ())):  # in place, the store would destroy what they read
                self._compute(load)
                self._keep(load)
            self._push_address("out", out.group, out.index)
            self._push(out.node)
            if out.node.dtype is DType.MASK:
                self.f.i32_const(_SIGN_BIT)
                self.f.op("i32x4.shr_u")
            self.f.memory("v128.store")

    def _inline_constant(self, node: Node) -> bool:
        return node.op is Op.CONST and self.uses[node] < _HOIST_FROM_USES

    def _keep(self, node: Node) -> None:
        """Move the value on top of the operand stack to a local of its own."""
        self.f.local_set(self._give_place(node))

    def _give_place(self, node: Node) -> Local:
        local = self.free.pop() if self.free else self.f.local("v128")
        self.place[node] = local
        return local

    def _push(self, node: Node) -> None:
        """Put the value of `node` on the operand stack, once for one of its uses."""
        if node is self.on_stack:
            self.on_stack = None
            return
        if node not in self.place:  # a leaf: what is computed was scheduled before its users
            self._compute(node)
            if self._inline_constant(node) or self.uses[node] == 1:
                return
            self.f.local_tee(self._give_place(node))
        else:
            self.f.local_get(self.place[node])
        local = self.place[node]
        self.uses[node] -= 1
        if not self.uses[node] and self.level[node] == self.now:
            self.free.append(local)

    def _compute(self, node: Node) -> None:
        f = self.f
        if node.op is Op.CONST:
            assert isinstance(node.attr, int), f"{node} has no bits"
            f.i32x4_const(-node.attr if node.dtype is DType.MASK else node.attr)
        elif node.op is Op.SCALAR:
            f.local_get(f.params[f"scalar.{node.attr}"])
            f.op("f32x4.splat" if node.dtype is DType.F32 else "i32x4.splat")
        elif node.op is Op.LOAD:
            self._compute_load(node)
        else:
            self._compute_operation(node)

    def _compute_operation(self, node: Node) -> None:
        # in a commutative operation the value already on the stack may be the second operand
        for operand in sorted(self.operands[node], key=lambda operand: operand is not self.on_stack):
            self._push(operand)
        if node.op in SHIFTS:
            assert isinstance(node.attr, int), f"{node} has no amount"
            self.f.i32_const(node.attr)
        instruction = lower(node).instruction
        if instruction in CALLED:
            self.f.call(CALLED[instruction](self.module))
        elif instruction:
            self.f.op(instruction)

    def _compute_load(self, node: Node) -> None:
        assert isinstance(node.attr, tuple), f"{node} has no place"
        group, index = node.attr
        self.waiting[index].remove(node)
        written = self.repeated and group == self.kernel.state
        self._push_address("out" if written else "in", group, index)
        self.f.memory("v128.load")
        if node.dtype is DType.MASK:
            self.f.i32x4_const(0)
            self.f.op("i32x4.ne")

    def _push_address(self, direction: str, group: str, index: int) -> None:
        self.f.local_get(self.pointers[direction, group, index])
        self.f.local_get(self.offset)
        self.f.op("i32.add")


def levels(graph: Graph, state: str | None) -> dict[Node, int]:
    """The level each node belongs to; `state` names the group that changes from repetition to repetition."""
    level: dict[Node, int] = {}
    for node in graph.nodes:
        own = _CALL
        if isinstance(node.attr, tuple):
            own = _REPEAT if node.attr[0] == state else _STEP
        level[node] = max([own, *(level[arg] for arg in node.args)])
    return level
