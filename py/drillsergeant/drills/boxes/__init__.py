"""What games of boxes on a field share: bodies, actions, contacts."""
