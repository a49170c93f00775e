"""Learning on the graphics processor, and the choice between it and the kernels."""
