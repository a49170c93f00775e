"""Games of some fifty lines to begin with: each is one file, one class, and runs as it is."""
