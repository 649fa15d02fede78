"""The real clock of a feed, and how it hears that it should stop."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class FeedClock:
    """Monotonic microseconds; `stop` ends every wait."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def now(self) -> int:
        """Microseconds since some moment."""
        return time.monotonic_ns() // 1_000

    def wait(self, microseconds: int) -> None:
        """Wait that long or until stopped."""
        self.stop.wait(microseconds / 1_000_000)

    def stopping(self) -> bool:
        """Whether to stop."""
        return self.stop.is_set()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM stop the feed between two rows, as long as the block runs (in the main thread alone)."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: Any) -> None:
            self.stop.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
