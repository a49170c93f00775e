"""The games to learn, each one file of plain elementwise NumPy behind one contract."""
