"""Loops and address arithmetic that the hand-written kernels share. Every local here is an i32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.text_format import Local

Operand: TypeAlias = Local | int | tuple[Local, int]
"""A local, a constant, or the sum of the two."""


def push(f: Function, operand: Operand) -> None:
    """Put the value of `operand` on the stack."""
    if isinstance(operand, int):
        f.i32_const(operand)
        return
    local, offset = operand if isinstance(operand, tuple) else (operand, 0)
    f.local_get(local)
    if offset:
        f.i32_const(offset)
        f.op("i32.add")


def call(f: Function, callee: Function, *arguments: Operand) -> None:
    """Call `callee` with i32 arguments."""
    for argument in arguments:
        push(f, argument)
    f.call(callee)


def set_minimum(f: Function, target: Local, value: Local, limit: int) -> None:
    """target = the smaller of `value` and `limit`, unsigned."""
    f.local_get(value)
    f.i32_const(limit)
    f.local_get(value)
    f.i32_const(limit)
    f.op("i32.lt_u")
    f.select()
    f.local_set(target)


def set_sum(f: Function, target: Local, base: Local, amount: Local | int) -> None:
    """target = base + amount."""
    f.local_get(base)
    if isinstance(amount, Local):
        f.local_get(amount)
        f.op("i32.add")
    elif amount:
        f.i32_const(amount)
        f.op("i32.add")
    f.local_set(target)


def advance(f: Function, target: Local, amount: Local | int) -> None:
    """target += amount; emits nothing for the constant 0."""
    if amount != 0:
        set_sum(f, target, target, amount)


@contextmanager
def repeat(f: Function, times: int) -> Iterator[None]:
    """Run the body `times` times, `times` known while emitting; at least once."""
    if times == 1:
        yield
        return
    counter = f.local("i32")
    f.i32_const(times)
    f.local_set(counter)
    with count_down(f, counter):
        yield


@contextmanager
def count_down(f: Function, counter: Local) -> Iterator[None]:
    """Run the body, subtract 1 from `counter`, and again until it is 0. The caller makes sure it starts above 0."""
    with f.loop() as again:
        yield
        f.local_get(counter)
        f.i32_const(1)
        f.op("i32.sub")
        f.local_tee(counter)
        f.br_if(again)


@contextmanager
def unless_zero(f: Function, value: Local) -> Iterator[None]:
    """Run the body only when `value` is not 0."""
    f.local_get(value)
    with f.if_():
        yield


def set_groups(f: Function, target: Local, rows: Local, log2_size: int) -> None:
    """target = how many groups of 2**log2_size rows hold `rows` rows, the last one perhaps partly."""
    f.local_get(rows)
    f.i32_const((1 << log2_size) - 1)
    f.op("i32.add")
    f.i32_const(log2_size)
    f.op("i32.shr_u")
    f.local_set(target)
