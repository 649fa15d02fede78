"""The objects of this room as the OpenAPI document describes them."""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from marketdata.domain.candles import INTERVALS
from marketdata.domain.quality import Quality
from schemas.enums import AuctionKind, Phase


def _decimal(**kwargs: object) -> serializers.CharField:
    return serializers.CharField(help_text="decimal text", **kwargs)  # type: ignore[arg-type]


def _page(name: str, child: serializers.Field) -> serializers.Serializer:
    return inline_serializer(f"{name}Page", {"results": serializers.ListField(child=child), "next": serializers.URLField(allow_null=True)})


LAST_TRADE = inline_serializer(
    "LastTrade",
    {"price": _decimal(), "size": _decimal(), "time": serializers.DateTimeField(help_text="the venue's time")},
    allow_null=True,
    help_text="the newest print; null before the first",
)
SESSION = inline_serializer(
    "SessionStatistics",
    {
        "date": serializers.DateField(help_text="the business date the quote is of, by the instrument's calendar"),
        **{name: _decimal(allow_null=True) for name in ("open", "high", "low", "close")},
        "volume": _decimal(),
        "vwap": _decimal(allow_null=True),
        "trades": serializers.IntegerField(),
        "previous_close": _decimal(allow_null=True),
        "change": _decimal(allow_null=True),
        "change_percent": _decimal(allow_null=True),
    },
    help_text="the prints of the date so far; null before the first",
)
QUOTE = inline_serializer(
    "Quote",
    {
        "symbol": serializers.CharField(),
        "bid": _decimal(),
        "ask": _decimal(),
        "bid_size": _decimal(allow_null=True),
        "ask_size": _decimal(allow_null=True),
        "last": _decimal(allow_null=True),
        "last_size": _decimal(allow_null=True),
        "event": serializers.ChoiceField(["Q", "T"], help_text="Q: a quote changed, T: a trade printed"),
        "quality": serializers.ChoiceField([worth.value for worth in Quality]),
        "source": serializers.CharField(),
        "seq": serializers.IntegerField(),
        "time": serializers.DateTimeField(help_text="the source's time"),
        "received_at": serializers.DateTimeField(),
        "age_ms": serializers.IntegerField(),
        "stale": serializers.BooleanField(),
        "last_trade": LAST_TRADE,
        "session": SESSION,
    },
)
BOOK = inline_serializer(
    "Book",
    {
        "symbol": serializers.CharField(),
        "seq": serializers.IntegerField(),
        "bids": serializers.ListField(child=serializers.ListField(), help_text="[price, quantity, orders], best first"),
        "asks": serializers.ListField(child=serializers.ListField(), help_text="[price, quantity, orders], best first"),
        "last": _decimal(allow_null=True),
        "time": serializers.DateTimeField(allow_null=True),
        "age_ms": serializers.IntegerField(allow_null=True),
        "phase": serializers.ChoiceField([phase.value for phase in Phase]),
        "auction": serializers.ChoiceField([kind.value for kind in AuctionKind], allow_null=True, help_text="which one is called"),
        "phase_since": serializers.DateTimeField(allow_null=True),
        "trade_date": serializers.DateField(allow_null=True, help_text="the business date; null before the first change of phase"),
        "indicative_price": _decimal(allow_null=True),
        "indicative_quantity": _decimal(allow_null=True),
        "imbalance": _decimal(allow_null=True),
    },
)
INSTRUMENT = inline_serializer(
    "Instrument",
    {
        "symbol": serializers.CharField(),
        "name": serializers.CharField(),
        "mic": serializers.CharField(),
        "cfi": serializers.CharField(),
        "currency": serializers.CharField(),
        "group": serializers.CharField(help_text="entitlements can be for a group of instruments; empty: none"),
        "tick": _decimal(),
        "lot": _decimal(),
        "max_quantity": _decimal(),
        "price_decimals": serializers.IntegerField(),
        "quantity_decimals": serializers.IntegerField(),
        "tradable": serializers.BooleanField(),
        "listing": serializers.ChoiceField(["trading", "suspended", "delisted"]),
        "phase": serializers.ChoiceField([phase.value for phase in Phase]),
    },
)
CANDLE = inline_serializer(
    "Candle",
    {
        "symbol": serializers.CharField(),
        "interval": serializers.ChoiceField(INTERVALS),
        "start": serializers.DateTimeField(help_text="the first moment; of 1d, midnight UTC of the business date"),
        **{name: _decimal() for name in ("open", "high", "low", "close", "volume", "vwap")},
        "trades": serializers.IntegerField(help_text="how many prints"),
        "version": serializers.IntegerField(help_text="rises with each change: by a new print, or by a late one"),
        "updated_at": serializers.DateTimeField(),
    },
)
CANDLES = _page("Candle", CANDLE)
QUOTES = _page("Quote", QUOTE)
INSTRUMENTS = _page("Instrument", INSTRUMENT)
