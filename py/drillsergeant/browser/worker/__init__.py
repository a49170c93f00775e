"""JavaScript's side of a worker: its host, its files, its locks."""
