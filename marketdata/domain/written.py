"""A quote as a row of a file: the layout that `marketdata.domain.rows` reads."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from schemas.messages import Quote
from schemas.units import ONE, SCALE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=65_536)
def number(units: int | None, decimals: int = 0) -> str:
    """Units of 1e-8 as plain decimal text with at least so many decimals; nothing for None."""
    if units is None:
        return ""
    whole, fraction = divmod(units, ONE)
    digits = f"{fraction:0{SCALE}d}".rstrip("0").ljust(decimals, "0")
    return f"{whole}.{digits}" if digits else str(whole)


@lru_cache(maxsize=4_096)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def moment(time: int) -> str:
    """Microseconds since the epoch as the files write them: milliseconds, or all six digits where they are needed."""
    seconds, micros = divmod(time, 1_000_000)
    fraction = f"{micros // 1_000:03d}" if micros % 1_000 == 0 else f"{micros:06d}"
    return f"{_second(seconds)}.{fraction}Z"


def row_text(quote: Quote, decimals: int) -> str:
    """The row of a quote, without its end of line. Prices have at least `decimals` decimals, sizes as many as they need."""
    bid, ask, last = number(quote.bid, decimals), number(quote.ask, decimals), number(quote.last, decimals)
    sizes = number(quote.bid_size), number(quote.ask_size)
    return ",".join((moment(quote.time), quote.symbol, bid, ask, *sizes, last, number(quote.last_size), quote.event))
