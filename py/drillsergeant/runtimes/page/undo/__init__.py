"""What was done on the page, as far as it can be taken back."""
