"""The version of wheel, page and files; apart, so that every package may name it and none imports back up."""

# Of the wheel, the page and the files.
__version__ = "0.1.0"
