"""The check of a very large packed file: rows/s, and the most memory its process ever had. 10 GB of text unless told otherwise.

The file is one packed block of rows, many times in a row: xz takes streams one after the other, so it is made at once and stays small.
"""

import json
import lzma
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import machine, target

BLOCK_ROWS = 100_000
_CODE = """
import re, sys
from pathlib import Path
import django; django.setup()
from marketdata.replay.files import QuoteFile
from marketdata.replay.reading import QuoteRows
rows = QuoteRows(QuoteFile(sys.argv[1], [Path(sys.argv[1]).parent]), frozenset({"IBM"}), None, False)
found = rows.checked(on_bad=None, on_row=lambda row: True)
print(found.rows, re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def measure(gigabytes: float = 10) -> dict[str, Any]:
    """Checks a file of so many GB of text."""
    header = b"timestamp,symbol,bid,ask,bid_size,ask_size,last,last_size,event\n"
    rows = [b"2013-10-07T13:30:00.072Z,IBM,181.%02d,182.90,%d,700,181.9,200,T\n" % (n % 100, n % 977) for n in range(BLOCK_ROWS)]
    block = b"".join(rows)
    blocks = max(1, round(gigabytes * 1e9 / len(block)))
    packed = lzma.compress(block)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv.xz"
        with path.open("wb") as file:
            file.write(lzma.compress(header))
            for _ in range(blocks):
                file.write(packed)
        began = time.monotonic()
        words = [sys.executable, "-c", _CODE, str(path)]
        environment = {"DJANGO_SETTINGS_MODULE": "oms_site.settings", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(target.CHECKOUT)}
        done = subprocess.run(words, cwd=target.CHECKOUT, env=environment, capture_output=True, text=True, check=True)
        seconds = time.monotonic() - began
    checked, kibibytes = map(int, done.stdout.split())
    if checked != blocks * BLOCK_ROWS:
        raise SystemExit(f"{checked} rows were read of {blocks * BLOCK_ROWS}")
    return {
        "text_gigabytes": round(blocks * len(block) / 1e9, 2),
        "rows": checked,
        "seconds": round(seconds, 1),
        "rows_per_second": round(checked / seconds),
        "most_resident_mib": kibibytes // 1024,
    }


if __name__ == "__main__":
    print(json.dumps(machine.keep("replay_memory", measure(*map(float, sys.argv[1:2]))), indent=2))
