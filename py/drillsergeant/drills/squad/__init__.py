"""Squad Drill: soccer, two against two and three against three."""
