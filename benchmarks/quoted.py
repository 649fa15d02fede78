"""A market of the benchmark's own on the running demo: every instrument quoted so many times a second, in place of the demo's five."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import target
from oms_site.stack import Stack

_WITHIN = 60
_CLAIMED = "SELECT count(*) FROM marketdata_feedclaim WHERE NOT finished AND until > now()"


@contextmanager
def quoted(found: dict[str, Any], rate: int) -> Iterator[None]:
    """For the block `manage.py synthetic_quotes` feeds all symbols, going on from the prices there are."""
    words = [sys.executable, "manage.py", "synthetic_quotes", "--rate", str(rate), "--continue"]
    environment = Stack.attach().child_environment()
    process = subprocess.Popen(words, cwd=target.CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _wait(process, found)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def _wait(process: "subprocess.Popen[str]", found: dict[str, Any]) -> None:
    give_up = time.monotonic() + _WITHIN
    with target.database(found) as database:
        while process.poll() is None and time.monotonic() < give_up:
            if database.execute(_CLAIMED).fetchone()[0]:  # type: ignore[index] # a count is a row
                return
            time.sleep(0.1)
    raise SystemExit(f"the market of this benchmark did not start: {process.stderr.read() if process.stderr else ''}")
