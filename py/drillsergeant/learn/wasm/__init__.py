"""Play and learning with compiled kernels, without NumPy."""
