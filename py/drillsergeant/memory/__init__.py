"""Shared memory: one layout table, weights slots with pins, a ring per rollout worker, a work queue, telemetry.

Nothing here imports NumPy: workers that only run kernels do not load it.
"""
