"""Requests per credential, as a token bucket in Redis. Cancels are never throttled; without Redis nothing is."""

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
        try:
            bucket = client().register_script(_BUCKET)
            answer = bucket(keys=[f"throttle:{request.user.pk}"], args=[settings.OMS_REQUESTS_PER_SECOND, settings.OMS_REQUEST_BURST])
        except redis.RedisError as error:
            log.warning("throttle_unavailable", error=type(error).__name__)
            return True
        self._wait = float(answer)
        return self._wait == 0

    def wait(self) -> float:
        """Seconds until the next request may pass."""
        return self._wait
