"""`python -m tui` is the command `postroom`, for a checkout in which nothing is installed."""

import sys

from tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
