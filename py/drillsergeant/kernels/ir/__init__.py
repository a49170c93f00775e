"""The graph of operations: its table of ops, its interpreter, its passes."""
