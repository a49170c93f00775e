"""From a NumPy function to a graph: tracers, what they allow, what they say when they do not."""
