"""What opens beside match and training: drills, saved runs, the code of a drill."""
