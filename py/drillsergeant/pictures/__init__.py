"""A match as pixels, and pixels as files; needs NumPy."""
