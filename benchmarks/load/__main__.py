"""`python -m benchmarks.load`, which `make load` calls."""

import sys

from benchmarks.load.run import main

sys.exit(main(sys.argv[1:]))
