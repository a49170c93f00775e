"""Learning from decisions that somebody has made: what was recorded, and behaviour cloning on it."""
