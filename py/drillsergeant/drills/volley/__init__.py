"""Volley Drill: slime volleyball."""
