"""What the trainer measures as it learns, for the numbers and charts of the page."""
