"""`python -m oms_site.stack`."""

import sys

if __name__ == "__main__":
    try:
        from oms_site.stack.cli import main

        sys.exit(main())
    except KeyboardInterrupt:  # while the modules load
        sys.exit(130)
