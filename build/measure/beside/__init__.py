"""What goes on beside the training, and what it costs: the value map, players from nothing."""
