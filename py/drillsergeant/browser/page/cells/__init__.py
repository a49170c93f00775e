"""Small pictures side by side, each to be drawn on by a worker and to be pressed."""
