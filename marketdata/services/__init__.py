"""Writes of this room, one name each: instruments, and feeds' claims on symbols."""

from marketdata.services.claims import ClaimLost, SymbolClaimed, claims_finish, claims_renew, claims_take
from marketdata.services.instruments import FIELDS, InstrumentChanged, InstrumentInvalid, instrument_save

__all__ = [
    "FIELDS",
    "ClaimLost",
    "InstrumentChanged",
    "InstrumentInvalid",
    "SymbolClaimed",
    "claims_finish",
    "claims_renew",
    "claims_take",
    "instrument_save",
]
