"""When Python looks for cycles of dead objects: batches make thousands of short-lived objects that no cycle holds, and looking through
everything that lives costs a tenth of a busy process' time, and a pause that grows with what it holds.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (50_000, 20, 50)


def collect_rarely() -> None:
    """For the rest of the process: what lives now is not looked through again, what comes is seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def collected_rarely() -> Iterator[None]:
    """The same while a block runs."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
