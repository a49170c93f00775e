"""Matches played again: what of one on screen is kept, and how a file of it is played."""
