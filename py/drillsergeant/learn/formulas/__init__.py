"""The mathematics in plain NumPy: run as the reference, and traced into kernels."""
