"""A match as shapes on a canvas: used by the show, the page and the environments' pictures."""
