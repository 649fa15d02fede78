"""Which fields and which times in force each order type takes: what is not here is refused, even null, zero or false."""

from schemas.enums import OrderType, TimeInForce

PRICES = ("price", "stop_price", "trail_offset")
"""Fields that belong to some types and are strays on the others."""

NEEDS: dict[str, tuple[str, ...]] = {
    OrderType.MARKET.value: (),
    OrderType.LIMIT.value: ("price",),
    OrderType.STOP.value: ("stop_price",),
    OrderType.STOP_LIMIT.value: ("price", "stop_price"),
    OrderType.TRAILING_STOP.value: ("trail_offset",),
}
"""By type: those of `PRICES` it must have. It has no other."""

_DAY, _GTC, _GTD = TimeInForce.DAY.value, TimeInForce.GTC.value, TimeInForce.GTD.value
_AT_ONCE = (TimeInForce.IOC.value, TimeInForce.FOK.value)
_AUCTIONS = (TimeInForce.AT_OPEN.value, TimeInForce.AT_CLOSE.value)

RESTING = (_DAY, _GTC, _GTD)
"""Times in force under which a limit order rests: only such an order may be post-only or show a part of itself."""

TIMES: dict[str, tuple[str, ...]] = {
    OrderType.MARKET.value: (_DAY, _GTC, *_AT_ONCE, *_AUCTIONS),  # it never rests, so there is no date it could rest until
    OrderType.LIMIT.value: (*RESTING, *_AT_ONCE, *_AUCTIONS),
    OrderType.STOP.value: (*RESTING, *_AT_ONCE),  # stops do not act in auctions
    OrderType.STOP_LIMIT.value: (*RESTING, *_AT_ONCE),
    OrderType.TRAILING_STOP.value: (*RESTING, *_AT_ONCE),
}
"""By type: the times in force it takes."""
