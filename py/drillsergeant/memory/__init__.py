"""Shared memory: one layout table, weights slots with pins, a ring per rollout worker, a telemetry block, a library.

Read in this order: `access` (how one cell is touched), `layout` (what lies where, and who writes it), `weights`,
`ring`, `telemetry`, `library`. Nothing here imports NumPy: workers that only run kernels do not load it.
"""
