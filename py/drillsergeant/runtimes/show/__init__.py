"""The show worker: one match on screen, or many, and who plays in it."""
