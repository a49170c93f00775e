"""The main thread: what a visitor sees and presses, without the DOM."""
