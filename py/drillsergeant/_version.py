"""The version of wheel, page and files; apart, so that every package may name it and none imports back up."""

__version__ = "0.1.0"
