"""`Prefer: wait=N`: the answer waits, without a database connection, until the order has left `pending_new`."""

import re

from django.db import connection
from rest_framework.request import Request

from orders import selectors, wakeups

LONGEST = 10
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


def _release() -> None:
    """Give the connection back to the pool while nothing is asked of it."""
    if not connection.in_atomic_block:
        connection.close()
