"""`python -m oms_site.stack`."""

import sys

from oms_site.stack.cli import main

if __name__ == "__main__":
    sys.exit(main())
