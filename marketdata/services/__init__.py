"""Writes of this room, one name each: instruments and their markets, calendars, the scheduler's steps, feeds' claims on symbols."""

from marketdata.services.access import DESK, HALTING, allowed
from marketdata.services.calendars import CalendarChanged, CalendarInvalid, calendar_check, calendar_save
from marketdata.services.candles import candles_prune
from marketdata.services.claims import ClaimLost, SymbolClaimed, claims_finish, claims_renew, claims_take
from marketdata.services.day_end import DayEnd, DayEndBusy, DayNotOver, NoBusinessDay, day_end
from marketdata.services.instruments import FIELDS, MARKET_FIELDS, InstrumentChanged, InstrumentInvalid, instrument_save
from marketdata.services.phases import MarketClosed, MarketNotCalled, Put, phase_change, phase_resume, uncross
from marketdata.services.schedule import Applied, schedule_apply

__all__ = [
    "DESK",
    "FIELDS",
    "HALTING",
    "MARKET_FIELDS",
    "Applied",
    "CalendarChanged",
    "CalendarInvalid",
    "ClaimLost",
    "DayEnd",
    "DayEndBusy",
    "DayNotOver",
    "InstrumentChanged",
    "InstrumentInvalid",
    "MarketClosed",
    "MarketNotCalled",
    "NoBusinessDay",
    "Put",
    "SymbolClaimed",
    "allowed",
    "calendar_check",
    "calendar_save",
    "candles_prune",
    "claims_finish",
    "claims_renew",
    "claims_take",
    "day_end",
    "instrument_save",
    "phase_change",
    "phase_resume",
    "schedule_apply",
    "uncross",
]
