"""One Redis client a process, for what may be lost: throttles, wake-ups, counters. The books never depend on it."""

from functools import cache

import redis

from oms_site import env


@cache
def client() -> "redis.Redis":
    """The process' client: short time-outs, so that a Redis that is down costs a request little."""
    return redis.Redis.from_url(env.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=0.5)
