"""Requests per credential and log-ins per address, as token buckets in Redis. Cancels are never throttled; without Redis nothing is."""

from typing import Any

import redis
import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from oms_site.infra.redis import client

log = structlog.get_logger(__name__)

_BUCKET = """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(held[1]) or burst) + (at - (tonumber(held[2]) or at)) * rate)
local wait = 0
if tokens < 1 then wait = (1 - tokens) / rate else tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(at))
redis.call('EXPIRE', KEYS[1], 60)
return tostring(wait)
"""


class TokenThrottle(BaseThrottle):
    """`settings.OMS_REQUESTS_PER_SECOND` with a burst of `settings.OMS_REQUEST_BURST` for each user. Methods a view lists in
    `unthrottled_methods` pass always.
    """

    _wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the request may go on now."""
        if request.method in getattr(view, "unthrottled_methods", ()) or not request.user.is_authenticated:
            return True
        self._wait = _wait(f"throttle:{request.user.pk}", settings.OMS_REQUESTS_PER_SECOND, settings.OMS_REQUEST_BURST)
        return self._wait == 0

    def wait(self) -> float:
        """Seconds until the next request may pass."""
        return self._wait


def log_in_wait(address: str) -> float:
    """Take a log-in from an address's bucket; seconds until there is one, 0 when there was. No flood of passwords to hash."""
    return _wait(f"log-ins:{address}", settings.OMS_LOG_INS_PER_SECOND, settings.OMS_LOG_IN_BURST)


def _wait(key: str, rate: int, burst: int) -> float:
    try:
        return float(client().register_script(_BUCKET)(keys=[key], args=[rate, burst]))
    except redis.RedisError as error:
        log.warning("throttle_unavailable", error=type(error).__name__)
        return 0.0
