"""What if a number of the game were another one: the dock that asks, and shows who came of it."""
