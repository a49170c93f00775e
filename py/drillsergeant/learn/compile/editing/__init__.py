"""What stands around the code of a reader: which names it may use, and that nothing of one run is left for the next."""
