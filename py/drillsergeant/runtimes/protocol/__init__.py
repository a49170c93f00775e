"""Every message between the page and its workers, and how it is told from nonsense."""
