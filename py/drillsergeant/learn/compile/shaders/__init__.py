"""Kernels of a drill and of its learner as WGSL, for the shaders written by hand."""
