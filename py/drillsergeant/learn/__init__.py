"""Learning: policy network, rollouts, GAE, PPO and Adam.

Axis letters, here and everywhere: T decisions in a chunk, N matches, S players of a match, A = S*N agents (lanes;
player s owns lanes s*N..(s+1)*N), OBS observation entries, HEADS parts of an action, R rows
of the policy (a logit for each choice, a mean for each number), C numbers, WORDS of masks, H hidden units (H0, H1,
H2 of each layer), B rows of a minibatch, P parameters.
All arithmetic is f32; f64 appears only in scalars computed once per update (Adam's bias corrections).
"""
