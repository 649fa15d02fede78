"""Which partition a key falls on: murmur2, as every Kafka client's default partitioner does, so that anybody's writer agrees with ours."""

from functools import lru_cache

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key among `partitions`; remembered, since keys (accounts, symbols) are few and asked for with every record."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """MurmurHash2 as Kafka's Java client computes it, as an unsigned 32-bit number."""
    length = len(data)
    value = (_SEED ^ length) & _MASK
    whole = length - length % 4
    for start in range(0, whole, 4):
        block = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        block = (block ^ block >> 24) * _M & _MASK
        value = (value * _M & _MASK) ^ block
    if whole < length:
        value = (value ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    value = (value ^ value >> 13) * _M & _MASK
    return value ^ value >> 15
