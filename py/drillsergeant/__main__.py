"""`python -m drillsergeant`: see `commands.command_line`."""

import sys

from drillsergeant.commands.command_line import main

if __name__ == "__main__":
    sys.exit(main())
