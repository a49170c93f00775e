"""Learn from you: what a visitor has played, and what comes of it."""
