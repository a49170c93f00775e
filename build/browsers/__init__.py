"""Browsers found or installed, and driven."""
