"""Keeping the build as it is: reproducible, with pins that are looked at."""
