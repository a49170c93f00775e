"""Policies and runs as files."""
