"""Looking into a player: what it is about to do and expects, what it earned, its map, what it looks at."""
