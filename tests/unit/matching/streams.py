"""Streams of commands for property tests: few ids and prices, so that orders meet, are found again and are used twice."""

from hypothesis import strategies as st

from schemas.messages import OrderCommand
from tests.unit.matching.drawing import CENT, SHARE

_IDS = st.integers(0, 14).map(lambda number: f"o{number}")
_PRICES = st.integers(996, 1004).map(lambda cents: cents * CENT)
_QUANTITIES = st.integers(1, 9).map(lambda shares: shares * SHARE)
_SYMBOLS = ("X", "Y")


def _new(*, id: str, side: str, quantity: int, price: int | None, tif: str, symbol: str) -> OrderCommand:
    kind = "market" if price is None else "limit"
    return OrderCommand("new", 1, id + symbol, f"A-{id}", symbol, 1_000_000, side, kind, tif, quantity, price, client_order_id=f"c-{id}")


_NEW = st.builds(
    _new,
    id=_IDS,
    side=st.sampled_from(["buy", "sell"]),
    quantity=_QUANTITIES,
    price=st.one_of(_PRICES, _PRICES, _PRICES, st.none()),
    tif=st.sampled_from(["day", "day", "gtc", "ioc"]),
    symbol=st.sampled_from(_SYMBOLS),
)
_CANCEL = st.builds(
    lambda id, symbol: OrderCommand("cancel", 1, id + symbol, f"A-{id}", symbol, 1_000_000), _IDS, st.sampled_from(_SYMBOLS)
)
_REPLACE = st.builds(
    lambda id, symbol, quantity, price: OrderCommand(
        "replace", 1, id + symbol, f"A-{id}", symbol, 1_000_000, quantity=quantity, price=price
    ),
    _IDS,
    st.sampled_from(_SYMBOLS),
    st.one_of(st.none(), _QUANTITIES),
    st.one_of(st.none(), _PRICES),
)

STREAMS = st.lists(st.one_of(_NEW, _NEW, _NEW, _CANCEL, _REPLACE), max_size=60)
