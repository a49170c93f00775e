"""The part of the page around the match: who plays, where one looks, how it is steered."""
