"""Players from nothing that differ in a number of the game, each trained shortly and shown in a match of its own."""
