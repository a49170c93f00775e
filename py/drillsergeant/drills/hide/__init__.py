"""Hide-and-catch: two catchers, one runner, crates to slip away behind."""
