"""What helps to write code: the list of words, beside the panel of the code itself."""
