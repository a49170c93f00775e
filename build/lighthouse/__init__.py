"""Lighthouse, pinned by npm's own lock file, and what is made of its reports."""
