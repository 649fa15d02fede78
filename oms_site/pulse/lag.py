"""How far the readers of the log were behind over the last hours, one sample every ten seconds, kept in Redis: it may be lost."""

import logging
from datetime import datetime
from typing import Any, NamedTuple

from redis import RedisError

from oms_site.infra import redis

logger = logging.getLogger(__name__)

KEY = "oms:lag"
MOST = 2_160
"""Samples kept: six hours."""


class Sample(NamedTuple):
    """At a moment (seconds of the epoch): records no group has read yet, all together, and messages in the outbox."""

    at: int
    behind: int
    outbox: int


def remember(sample: Sample) -> None:
    """Keep one more sample; without Redis it is lost, and logged."""
    try:
        redis.client().xadd(KEY, {"at": sample.at, "behind": sample.behind, "outbox": sample.outbox}, maxlen=MOST, approximate=True)
    except RedisError as error:
        logger.warning("lag not remembered: %s", error)


def samples(since: datetime) -> list[Sample]:
    """The samples since a moment, oldest first; none when Redis does not answer."""
    try:
        found: Any = redis.client().xrange(KEY, min=f"{int(since.timestamp() * 1000)}")
    except RedisError as error:
        logger.warning("lag not read: %s", error)
        return []
    return [Sample(int(row[b"at"]), int(row[b"behind"]), int(row[b"outbox"])) for _, row in found]
