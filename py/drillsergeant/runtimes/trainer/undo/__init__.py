"""What was done to runs and to what was played, as far as it can be taken back."""
