"""What callers of the library may count on, read from the package itself: see `__main__`."""
