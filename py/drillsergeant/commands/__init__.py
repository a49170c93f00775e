"""The command line, a file for each command; none of them imports anything but Python before it runs."""
