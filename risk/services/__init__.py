"""Writes of this room, one name each: people and what they may do, log-ins, limits, kills, accounts, exposures.

Permission is decided here, from `actor`; only the workers' own writing has none.
"""

from risk.services.access import AccountInvalid, DeskInvalid, account_save, desk_save, require
from risk.services.controls import controls_publish, controls_republish
from risk.services.entitlements import (
    EntitlementInvalid,
    Right,
    entitlement_ask,
    entitlement_remove,
    entitlement_set,
    entitlements_publish,
    entitlements_republish,
)
from risk.services.exposures import exposures_record
from risk.services.kills import KillNotInForce, SecondPersonNeeded, kill_check, kill_release, kill_set
from risk.services.limits import LimitChanged, LimitInvalid, limit_check, limit_remove, limit_set
from risk.services.locks import lock_release
from risk.services.log_in import CredentialsWrong, LogInLocked, LogInsTooMany, OtpNeeded, address_of, identify
from risk.services.passwords import PasswordTooWeak, password_change, password_reset
from risk.services.people import Person, PersonInvalid, everything_revoke, person_make, person_of, person_save
from risk.services.second_factor import OtpWrong, otp_begin, otp_confirm, otp_remove, otp_remove_from, recovery_renew
from risk.services.sessions import session_begin, session_end, session_revoke, session_seen, sessions_revoke_all
from risk.services.tokens import (
    AccountPageNeeded,
    login,
    token_issue,
    token_revoke,
    token_revoke_raw,
    token_user,
    tokens_revoke_all,
)

__all__ = [
    "AccountInvalid",
    "AccountPageNeeded",
    "CredentialsWrong",
    "DeskInvalid",
    "EntitlementInvalid",
    "KillNotInForce",
    "LimitChanged",
    "LimitInvalid",
    "LogInLocked",
    "LogInsTooMany",
    "OtpNeeded",
    "OtpWrong",
    "PasswordTooWeak",
    "Person",
    "PersonInvalid",
    "Right",
    "SecondPersonNeeded",
    "account_save",
    "address_of",
    "controls_publish",
    "controls_republish",
    "desk_save",
    "entitlement_ask",
    "entitlement_remove",
    "entitlement_set",
    "entitlements_publish",
    "entitlements_republish",
    "everything_revoke",
    "exposures_record",
    "identify",
    "kill_check",
    "kill_release",
    "kill_set",
    "limit_check",
    "limit_remove",
    "limit_set",
    "lock_release",
    "login",
    "otp_begin",
    "otp_confirm",
    "otp_remove",
    "otp_remove_from",
    "password_change",
    "password_reset",
    "person_make",
    "person_of",
    "person_save",
    "recovery_renew",
    "require",
    "session_begin",
    "session_end",
    "session_revoke",
    "session_seen",
    "sessions_revoke_all",
    "token_issue",
    "token_revoke",
    "token_revoke_raw",
    "token_user",
    "tokens_revoke_all",
]
