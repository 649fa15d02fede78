"""Streams of commands for property tests: few ids and prices, so that orders meet, are found again and are used twice."""

from hypothesis import strategies as st

from schemas.messages import OrderCommand
from tests.unit.matching.drawing import CENT, SHARE

_IDS = st.integers(0, 19).map(lambda number: f"o{number}")
_PRICES = st.integers(998, 1002).map(lambda cents: cents * CENT)
_QUANTITIES = st.integers(1, 5).map(lambda shares: shares * SHARE)
_SYMBOLS = ("X", "X", "X", "Y")


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

_COMMANDS = st.one_of(_NEW, _NEW, _NEW, _CANCEL, _REPLACE)

STREAMS = st.one_of(st.lists(_COMMANDS, max_size=10), st.lists(_COMMANDS, min_size=25, max_size=50))
"""Short ones for counterexamples that can be read, long ones in which queues build up."""
