"""Ids a person reads aloud: sortable by time, unique across restarts, in Crockford's base 32 (no I, L, O, U).

A letter says what it is (O order, E execution, T trade, L liquidity order), eight characters are the milliseconds since the epoch, the
rest makes it unique: a random number at the edge, or the position in the log from which the thing follows.
"""

from functools import lru_cache

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLAIN = str.maketrans(_ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUV")
"""To the digits that `int` reads in base 32."""
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
"""Two digits at once: every record has an id."""
_SHORT = [pair.lstrip("0") or "0" for pair in _PAIRS]
"""Numbers below 1,024 as they are: partitions and counts."""
RANDOM_BITS = 30


def base32(number: int, width: int = 1) -> str:
    """`number` (>= 0) in Crockford's base 32, at least `width` characters."""
    text = ""
    while number >= 1024:
        number, pair = divmod(number, 1024)
        text = _PAIRS[pair] + text
    text = _SHORT[number] + text
    return text if len(text) >= width else text.rjust(width, "0")


@lru_cache(maxsize=256)
def _moment(milliseconds: int) -> str:
    """The time in an id. The records of a batch share few."""
    return base32(milliseconds, 8)


def moment_of(log_id_: str) -> int:
    """The milliseconds since the epoch in an id of `log_id`. Raises `ValueError` for one that has none."""
    return int(log_id_[1 : log_id_.index("-")].translate(_PLAIN), 32)


def offset_of(log_id_: str, partition: int) -> int:
    """The offset in an id of `log_id` that follows from a record of this partition. Raises `ValueError` for one that has none."""
    place = log_id_[log_id_.index("-") + 1 : log_id_.index(".")]
    return int(place.removeprefix(base32(partition)).translate(_PLAIN), 32)


def order_id(time_us: int, unique: int) -> str:
    """The id of an order entered at `time_us`; `unique` is a random number below 2**RANDOM_BITS, or its successors in bulk."""
    return f"O{base32(time_us // 1000, 8)}-{base32(unique % 2**RANDOM_BITS, 6)}"


def log_id(prefix: str, time_us: int, partition: int, offset: int, index: int) -> str:
    """The id of the `index`-th thing that follows from the record at (partition, offset): the same at every replay."""
    count = _SHORT[index] if index < 1024 else base32(index)
    return f"{prefix}{_moment(time_us // 1000)}-{base32(partition)}{base32(offset)}.{count}"
