"""Requests that wait, without a database connection: for an order to leave `pending_new` (`Prefer: wait=N`), or for their turn."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from rest_framework.request import Request

from orders import selectors, wakeups

LONGEST = 10
_BULK = threading.Lock()
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?([0-9]{1,4})\"?\s*(?=$|[,;])", re.ASCII)


def seconds_preferred(request: Request) -> int:
    """How long the client likes to wait, at most `LONGEST`; 0 without such a preference (a preference not understood is ignored)."""
    match = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(match[1]), LONGEST) if match else 0


def until_answered(account: str, order_id: str, seconds: int) -> None:
    """Return as soon as the order has left `pending_new`, or after `seconds`."""

    def left() -> bool:
        try:
            return selectors.left_pending_new(order_id)
        finally:
            _release()

    _release()
    wakeups.wait(account, order_id, left, seconds)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a bulk's turn: a process works on one at a time. A burst of them would take every connection while they wait for their
    account's lock, and the processor from everybody else, from who kills the desk as well.
    """
    _release()
    with _BULK:
        yield


def _release() -> None:
    """Give the connection back to the pool while nothing is asked of it."""
    if not connection.in_atomic_block:
        connection.close()
