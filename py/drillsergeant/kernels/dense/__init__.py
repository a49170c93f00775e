"""Matrix products and the network's passes, scheduled by hand with the assembler."""
