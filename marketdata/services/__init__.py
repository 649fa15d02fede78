"""Writes of this room, one name each: instruments and their markets, calendars, the scheduler's steps, feeds' claims, replays."""

from marketdata.services.access import DESK, HALTING, allowed, roles_of
from marketdata.services.calendars import CalendarChanged, CalendarInvalid, calendar_check, calendar_save
from marketdata.services.candles import candles_prune
from marketdata.services.claims import ClaimLost, SymbolClaimed, claims_finish, claims_renew, claims_take, feed_told
from marketdata.services.day_end import DayEnd, DayEndBusy, DayNotOver, NoBusinessDay, day_end
from marketdata.services.house import HOUSE_FIELDS, HouseChanged, HouseInvalid, house_save, house_switch, house_told
from marketdata.services.instruments import FIELDS, MARKET_FIELDS, InstrumentChanged, InstrumentInvalid, instrument_save
from marketdata.services.listing import STEPS, ListingRefused, listing_change, open_orders
from marketdata.services.phases import MarketClosed, MarketNotCalled, Put, phase_change, phase_resume, uncross
from marketdata.services.regimes import RegimeUnchanged, regime_change, regime_told
from marketdata.services.replay_runs import (
    AlreadyReplayed,
    Found,
    Place,
    ReplayBusy,
    ReplayLost,
    replay_beat,
    replay_checked,
    replay_checking,
    replay_end,
    replay_next,
    replay_open,
    replay_refuse_repeat,
    speed_of,
)
from marketdata.services.replays import ReplayNotSo, moment_checked, replay_ask, replay_control, speed_checked
from marketdata.services.schedule import Applied, schedule_apply

__all__ = [
    "DESK",
    "FIELDS",
    "HALTING",
    "HOUSE_FIELDS",
    "MARKET_FIELDS",
    "STEPS",
    "AlreadyReplayed",
    "Applied",
    "CalendarChanged",
    "CalendarInvalid",
    "ClaimLost",
    "DayEnd",
    "DayEndBusy",
    "DayNotOver",
    "Found",
    "HouseChanged",
    "HouseInvalid",
    "InstrumentChanged",
    "InstrumentInvalid",
    "ListingRefused",
    "MarketClosed",
    "MarketNotCalled",
    "NoBusinessDay",
    "Place",
    "Put",
    "RegimeUnchanged",
    "ReplayBusy",
    "ReplayLost",
    "ReplayNotSo",
    "SymbolClaimed",
    "allowed",
    "calendar_check",
    "calendar_save",
    "candles_prune",
    "claims_finish",
    "claims_renew",
    "claims_take",
    "day_end",
    "feed_told",
    "house_save",
    "house_switch",
    "house_told",
    "instrument_save",
    "listing_change",
    "moment_checked",
    "open_orders",
    "phase_change",
    "phase_resume",
    "regime_change",
    "regime_told",
    "replay_ask",
    "replay_beat",
    "replay_checked",
    "replay_checking",
    "replay_control",
    "replay_end",
    "replay_next",
    "replay_open",
    "replay_refuse_repeat",
    "roles_of",
    "schedule_apply",
    "speed_checked",
    "speed_of",
    "uncross",
]
