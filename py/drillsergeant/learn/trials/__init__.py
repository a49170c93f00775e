"""Short runs from nothing that differ in a number or two of the game: what if?"""
