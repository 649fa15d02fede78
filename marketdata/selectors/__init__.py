"""Reads of this room: instruments, quotes, depth, claims, and business dates by the calendar."""

from marketdata.selectors.books import DEPTH, book_object, book_snapshot
from marketdata.selectors.calendars import calendar_of, calendar_parts, session_days, trade_date, trade_dates
from marketdata.selectors.candles import candle_heads, candle_key, candle_key_exists, candle_object, candle_snapshot, candles_list, vwap
from marketdata.selectors.claims import claimed_symbols, living_claims
from marketdata.selectors.instruments import (
    PERCENT,
    decimals,
    delistings_of,
    instrument_exists,
    instrument_groups,
    instrument_object,
    instruments_by_symbol,
    instruments_with_phase,
    jump_of,
    jumps_of,
    price_decimals,
    symbols_of_group,
    tradable_symbols,
)
from marketdata.selectors.quotes import (
    GoodQuote,
    latest_good_quote,
    latest_good_quotes,
    quote_object,
    quote_objects,
    quote_snapshot,
    quotes_snapshot,
    sessions_of_quotes,
)
from marketdata.selectors.regimes import synthetic_regime
from marketdata.selectors.statistics import Session, sessions_of
from marketdata.selectors.times import from_microseconds, to_microseconds

__all__ = [
    "DEPTH",
    "PERCENT",
    "GoodQuote",
    "Session",
    "book_object",
    "book_snapshot",
    "calendar_of",
    "calendar_parts",
    "candle_heads",
    "candle_key",
    "candle_key_exists",
    "candle_object",
    "candle_snapshot",
    "candles_list",
    "claimed_symbols",
    "decimals",
    "delistings_of",
    "from_microseconds",
    "instrument_exists",
    "instrument_groups",
    "instrument_object",
    "instruments_by_symbol",
    "instruments_with_phase",
    "jump_of",
    "jumps_of",
    "latest_good_quote",
    "latest_good_quotes",
    "living_claims",
    "price_decimals",
    "quote_object",
    "quote_objects",
    "quote_snapshot",
    "quotes_snapshot",
    "session_days",
    "sessions_of",
    "sessions_of_quotes",
    "symbols_of_group",
    "synthetic_regime",
    "to_microseconds",
    "tradable_symbols",
    "trade_date",
    "trade_dates",
    "vwap",
]
