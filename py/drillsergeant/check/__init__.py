"""What is wrong with a drill, in plain words and with the line: `check_drill(drill)`."""
