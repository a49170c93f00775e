"""Kernels measured next to NumPy, and sums on the GPU next to each other."""
