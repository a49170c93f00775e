"""Notices of other people's work that the site ships."""
