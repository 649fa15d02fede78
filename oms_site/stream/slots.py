"""How many sockets a user has open, over all web processes: counted in Redis, where the slots of a killed process run out."""

from collections.abc import Collection

import redis
import structlog

from oms_site.infra.redis import client

log = structlog.get_logger(__name__)

MOST = 50
_SECONDS = 15
_TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local taken = 0
for i = 3, #ARGV do
    if redis.call('ZSCORE', KEYS[1], ARGV[i]) or redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
        redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[i])
        taken = taken + 1
    end
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return taken
"""


def take(user_id: int, sockets: Collection[str]) -> bool:
    """Take or renew slots for these sockets of a user; False when not all fit. Without Redis everybody fits."""
    try:
        return int(client().register_script(_TAKE)(keys=[_key(user_id)], args=[MOST, _SECONDS, *sockets])) == len(sockets)
    except redis.RedisError as error:
        log.warning("stream_slots_unavailable", error=type(error).__name__)
        return True


def release(user_id: int, socket: str) -> None:
    """Give a slot back; without Redis it runs out by itself."""
    try:
        client().zrem(_key(user_id), socket)
    except redis.RedisError as error:
        log.warning("stream_slots_unavailable", error=type(error).__name__)


def _key(user_id: int) -> str:
    return f"stream-sockets:{user_id}"
