"""The part of the page around training: settings, charts, story, status."""
