"""C's `fmod` over four lanes, exact for all floats, as a function of the module that its kernels call.

The remainder of two floats is a float, but on the way there the quotient may have 277 bits. In f64, which both promote
to, a quotient below 2**28 times a divisor of 24 bits is exact, and so is what is left of the dividend; larger quotients
are reduced in rounds, by the divisor times a power of 2**28. In a game one round is all there is.
"""

from __future__ import annotations

from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.opcodes import V128
from drillsergeant.kernels.wasm.text_format import Local

NAME = "f32x4.fmod"
_SIGN = 0x80000000
_QUOTIENT_LIMIT = 0x41B00000_00000000  # 2.0**28 as an f64's bits
_NAN = 0x7FC00000
_INFINITY = 0x7F800000
_ONE = 0x3F800000


def remainder_function(module: Module) -> Function:
    """The function `[a, b] -> [a - b * trunc(a / b)]` on f32x4, made when it is first asked for."""
    for function in module.functions:
        if function.name == NAME:
            return function
    halves = _halves_function(module)
    f = module.function(NAME, [("a", V128), ("b", V128)], [V128])
    a, b, good, low = f.params["a"], f.params["b"], f.local(V128, "good"), f.local(V128, "low")
    # Where a is infinite or NaN, or b is 0 or NaN, there is no remainder: 0 by 1 is computed, and NaN chosen below.
    _abs(f, a)
    f.i32x4_const(_INFINITY)
    f.op("f32x4.lt")
    f.i32x4_const(0)
    _abs(f, b)
    f.op("f32x4.lt")
    f.op("v128.and")
    f.local_set(good)
    for take in ([0, 1, 0, 1], [2, 3, 2, 3]):
        _abs(f, a)
        f.local_get(good)
        f.op("v128.and")
        _half(f, take)
        _abs(f, b)
        f.i32x4_const(_ONE)
        f.local_get(good)
        f.op("v128.bitselect")
        _half(f, take)
        f.call(halves)
        f.op("f32x4.demote_f64x2_zero")
        if take[0] == 0:
            f.local_set(low)
    high = f.local(V128, "high")
    f.local_set(high)
    f.local_get(low)
    f.local_get(high)
    f.shuffle([0, 1, 4, 5])
    f.local_get(a)
    f.i32x4_const(_SIGN)
    f.op("v128.and")
    f.op("v128.or")  # the sign of the dividend, also on zeros
    f.i32x4_const(_NAN)
    f.local_get(good)
    f.op("v128.bitselect")
    return f


def _halves_function(module: Module) -> Function:
    """The same of two f64 lanes that are promoted f32, not negative, the divisor not 0."""
    f = module.function("f64x2.fmod", [("a", V128), ("b", V128)], [V128])
    a, b = f.params["a"], f.params["b"]
    todo, more, scaled, bound, rest = (f.local(V128, name) for name in ("todo", "more", "scaled", "bound", "rest"))
    with f.block() as done, f.loop() as again:
        f.local_get(a)
        f.local_get(b)
        f.op("f64x2.ge")
        f.local_tee(todo)
        f.op("v128.any_true")
        f.op("i32.eqz")
        f.br_if(done)
        f.local_get(b)
        f.local_set(scaled)
        f.local_get(todo)
        f.local_set(more)
        _scale(f, a, scaled, bound, more)
        _reduce(f, a, scaled, rest)
        f.local_get(rest)
        f.local_get(a)
        f.local_get(todo)
        f.op("v128.bitselect")
        f.local_set(a)
        f.br(again)
    f.local_get(a)
    return f


def _scale(f: Function, a: Local, scaled: Local, bound: Local, more: Local) -> None:
    """Multiply `scaled` by 2**28 in the lanes `more` as long as a / scaled is not below that."""
    with f.block() as enough, f.loop() as larger:
        f.local_get(scaled)
        f.v128_const(_QUOTIENT_LIMIT.to_bytes(8, "little") * 2)
        f.op("f64x2.mul")
        f.local_set(bound)
        f.local_get(bound)
        f.local_get(scaled)
        f.local_get(a)
        f.local_get(bound)
        f.op("f64x2.ge")
        f.local_get(more)
        f.op("v128.and")
        f.local_tee(more)
        f.op("v128.bitselect")
        f.local_set(scaled)
        f.local_get(more)
        f.op("v128.any_true")
        f.op("i32.eqz")
        f.br_if(enough)
        f.br(larger)


def _reduce(f: Function, a: Local, scaled: Local, rest: Local) -> None:
    """rest = a - scaled * trunc(a / scaled); a quotient that was rounded up to the next integer is taken back."""
    f.local_get(a)
    f.local_get(a)
    f.local_get(scaled)
    f.op("f64x2.div")
    f.op("f64x2.trunc")
    f.local_get(scaled)
    f.op("f64x2.mul")
    f.op("f64x2.sub")
    f.local_tee(rest)
    f.local_get(rest)
    f.local_get(scaled)
    f.op("f64x2.add")
    f.local_get(rest)
    f.v128_const(bytes(16))
    f.op("f64x2.ge")
    f.op("v128.bitselect")
    f.local_set(rest)


def _abs(f: Function, vector: Local) -> None:
    f.local_get(vector)
    f.op("f32x4.abs")


def _half(f: Function, lanes: list[int]) -> None:
    """The two f32 lanes named first, as f64."""
    vector = f.local(V128)
    f.local_tee(vector)
    f.local_get(vector)
    f.shuffle(lanes)
    f.op("f64x2.promote_low_f32x4")
