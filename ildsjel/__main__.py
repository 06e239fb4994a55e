"""`python -m ildsjel` is the command `ildsjel`."""

import sys

from ildsjel.cli import main

if __name__ == "__main__":
    sys.exit(main())
