"""Writes of this room, one name each: limits, kills, accounts, entitlements, API tokens, exposures.

Permission is decided here, from `actor`; only the workers' own writing has none.
"""

from risk.services.access import AccountInvalid, account_save, entitlement_remove, entitlement_set, require
from risk.services.controls import controls_publish, controls_republish
from risk.services.exposures import exposures_record
from risk.services.kills import KillNotInForce, SecondPersonNeeded, kill_check, kill_release, kill_set
from risk.services.limits import LimitChanged, LimitInvalid, limit_check, limit_remove, limit_set
from risk.services.tokens import (
    CredentialsWrong,
    login,
    token_issue,
    token_revoke,
    token_revoke_raw,
    token_user,
    tokens_revoke_all,
)

__all__ = [
    "AccountInvalid",
    "CredentialsWrong",
    "KillNotInForce",
    "LimitChanged",
    "LimitInvalid",
    "SecondPersonNeeded",
    "account_save",
    "controls_publish",
    "controls_republish",
    "entitlement_remove",
    "entitlement_set",
    "exposures_record",
    "kill_check",
    "kill_release",
    "kill_set",
    "limit_check",
    "limit_remove",
    "limit_set",
    "login",
    "require",
    "token_issue",
    "token_revoke",
    "token_revoke_raw",
    "token_user",
    "tokens_revoke_all",
]
