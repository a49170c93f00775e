"""Measurements that run wherever the product runs: the same code natively and in a browser's worker.

`timing` times, `ground` says what a place must offer, `play`, `learning`, `layers` and `compiling` are what is
measured, `stand` knows all of it by name. The command is `build/measure/kernels/bench.py`, the worker's side
`browser/worker/bench_boot.py`.
"""
