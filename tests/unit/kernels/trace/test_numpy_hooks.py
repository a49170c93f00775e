"""NumPy is NumPy again after a function was called, also after an error, and all the time in other threads."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from drillsergeant import elementary
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.trace.errors import TraceError
from drillsergeant.kernels.trace.numpy_hooks import hooked

NAMES = ("sum", "mean", "max", "argmax", "exp", "tanh", "sin")
X = np.linspace(-3, 3, 9, dtype=np.float32)


def originals() -> list[object]:
    return [getattr(np, name) for name in NAMES] + [np.linalg.norm]


def test_numpy_is_itself_before_and_after_a_call_and_after_an_error() -> None:
    before = originals()
    kernel = Kernel("k", lambda x: {"y": [np.tanh(np.sum(x, axis=0))]}, {"x": ["f32", "f32"]}, {"y": ["f32"]})
    kernel.trace()
    kernel.reference({"x": [X, X]})
    with pytest.raises(TraceError):
        Kernel("k", lambda x: {"y": [np.sum(x)]}, {"x": ["f32"]}, {"y": ["f32"]}).trace()
    assert originals() == before


def test_the_reference_has_elementarys_bits_and_other_threads_numpys() -> None:
    own = np.tanh(X)
    assert (own != elementary.tanh(X)).any()
    elsewhere: list[np.ndarray] = []
    with hooked(reference=True), hooked(reference=False):
        thread = threading.Thread(target=lambda: elsewhere.append(np.tanh(X)))
        thread.start()
        thread.join()
        assert (np.tanh(X) == elementary.tanh(X)).all()
        assert np.sum([X, X], axis=0).tolist() == (X + X).tolist()
        assert np.tanh(X.astype(np.float64)).dtype == np.float64
        assert np.tanh.reduce is not None and np.tanh.nin == 1
    assert (elsewhere[0] == own).all()
    assert (np.tanh(X) == own).all()


def test_calls_in_many_threads_leave_numpy_as_it_was() -> None:
    before = originals()
    kernel = Kernel("k", lambda x: {"y": [np.exp(np.mean(x, axis=0))]}, {"x": ["f32", "f32"]}, {"y": ["f32"]})
    threads = [threading.Thread(target=lambda: [kernel.trace() for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert originals() == before
