"""Page, show, trainer and rollout: the four kinds of program in the tab, and every message between them."""
