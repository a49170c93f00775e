"""JavaScript's side of the main thread: the DOM, files, workers to spawn."""
