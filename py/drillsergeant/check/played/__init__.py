"""What is seen of a drill when it is played: one kind of fault a file, each a function of a `Playthrough`."""
