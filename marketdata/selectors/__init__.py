"""Reads of this room: instruments, quotes, depth, claims, and business dates by the calendar."""

from marketdata.selectors.books import DEPTH, book_object, book_snapshot
from marketdata.selectors.calendars import calendar_of, calendar_parts, session_days, trade_date, trade_dates
from marketdata.selectors.candles import candle_object, candles_list
from marketdata.selectors.claims import claimed_symbols, living_claims
from marketdata.selectors.instruments import (
    decimals,
    instrument_exists,
    instrument_groups,
    instrument_object,
    instruments_by_symbol,
    instruments_with_phase,
    tradable_symbols,
)
from marketdata.selectors.quotes import GoodQuote, latest_good_quote, latest_good_quotes, quote_object, quote_snapshot, quotes_snapshot
from marketdata.selectors.times import from_microseconds, to_microseconds

__all__ = [
    "DEPTH",
    "GoodQuote",
    "book_object",
    "book_snapshot",
    "calendar_of",
    "calendar_parts",
    "candle_object",
    "candles_list",
    "claimed_symbols",
    "decimals",
    "from_microseconds",
    "instrument_exists",
    "instrument_groups",
    "instrument_object",
    "instruments_by_symbol",
    "instruments_with_phase",
    "latest_good_quote",
    "latest_good_quotes",
    "living_claims",
    "quote_object",
    "quote_snapshot",
    "quotes_snapshot",
    "session_days",
    "to_microseconds",
    "tradable_symbols",
    "trade_date",
    "trade_dates",
]
