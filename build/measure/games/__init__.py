"""Measurements of games that visitors write."""
