"""Canvas 2D and WebGPU, and the graphics processor as a learner's device."""
