"""Starts the workers, watches them and replaces those that die or get stuck."""
