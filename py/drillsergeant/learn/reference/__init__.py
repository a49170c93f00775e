"""Play and learning in NumPy: what is right."""
