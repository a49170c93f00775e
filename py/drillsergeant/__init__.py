"""DrillSergeantHQ: a game that learns while you watch, all of it in the browser, all of it in Python."""

__version__ = "0.1.0"
