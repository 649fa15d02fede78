"""Which partition a key belongs to: murmur2 over its UTF-8 bytes, as Kafka's own clients decide (KIP-480, keyed records)."""

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Kafka's 32-bit murmur2 as an unsigned number."""
    length = len(data)
    hashed = (_SEED ^ length) & _MASK
    for start in range(0, length - 3, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        k ^= k >> 24
        hashed = (hashed * _M & _MASK) ^ (k * _M & _MASK)
    tail = data[length & ~3 :]
    if tail:
        hashed ^= int.from_bytes(tail, "little")
        hashed = hashed * _M & _MASK
    hashed ^= hashed >> 13
    hashed = hashed * _M & _MASK
    return hashed ^ (hashed >> 15)


def partition_of(key: str, partitions: int) -> int:
    """The index of the partition that records with this key go to."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
