"""From plain NumPy functions to WebAssembly SIMD: tracing, an intermediate representation, emission, dense kernels."""
