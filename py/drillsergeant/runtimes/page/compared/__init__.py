"""Seeds and runs side by side: a band of four players from nothing, any two runs, and how their settings differ."""
