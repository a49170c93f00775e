"""A value map over a field: where it asks, what is made of the answers, and its picture."""
