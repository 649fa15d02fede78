"""Who waits for an order to leave `pending_new` is woken through Redis. What is true is in PostgreSQL: a lost wake-up costs time only."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable

import redis
import structlog

from oms_site.infra.redis import client

log = structlog.get_logger(__name__)

LOOK_AGAIN = 0.25
"""Seconds after which a waiter looks for itself."""


def _channel(account: str) -> str:
    return f"orders.left_pending_new.{account}"


def wake(orders: Iterable[tuple[str, str]]) -> None:
    """Tell the waiters of these (account, order id)s. Redis down is logged, never raised: they look for themselves."""
    by_account: dict[str, list[str]] = defaultdict(list)
    for account, order_id in orders:
        by_account[account].append(order_id)
    if not by_account:
        return
    try:
        with client().pipeline(transaction=False) as pipeline:
            for account, ids in by_account.items():
                pipeline.publish(_channel(account), " ".join(ids))
            pipeline.execute()
    except redis.RedisError as error:
        log.warning("wake_failed", error=type(error).__name__)


def wait(account: str, order_id: str, left: Callable[[], bool], seconds: float) -> bool:
    """Wait until `left()` (which reads the database) or until the time is up; what it said last."""
    deadline = time.monotonic() + seconds
    try:
        with client().pubsub(ignore_subscribe_messages=True) as waiter:
            waiter.subscribe(_channel(account))
            return _until(deadline, left, lambda span: _told(waiter, order_id, span))
    except redis.RedisError as error:
        log.warning("wait_without_redis", error=type(error).__name__)
        return _until(deadline, left, time.sleep)


def _until(deadline: float, left: Callable[[], bool], pause: Callable[[float], None]) -> bool:
    while True:
        if left():
            return True
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return False
        pause(min(remaining, LOOK_AGAIN))


def _told(waiter: "redis.client.PubSub", order_id: str, span: float) -> None:
    """Return when the order is named, or after `span` seconds."""
    until = time.monotonic() + span
    while (remaining := until - time.monotonic()) > 0:
        message = waiter.get_message(timeout=remaining)
        if message and order_id in message["data"].decode().split(" "):
            return
