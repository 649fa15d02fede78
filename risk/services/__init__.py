"""Writes of this room, one name each: people and log-ins, limits, kills, settings, accounts, entitlements, API tokens, exposures.

Permission is decided here, from `actor`; only the workers' own writing has none.
"""

from risk.services.access import (
    AccountInvalid,
    DeskInvalid,
    account_save,
    account_state_request,
    accounts_publish,
    desk_save,
    lets_more,
    require,
)
from risk.services.controls import controls_publish
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
from risk.services.kills import (
    KillNotInForce,
    SecondPersonNeeded,
    kill_check,
    kill_in_force,
    kill_release,
    kill_release_request,
    kill_release_step,
    kill_set,
    kills_settle,
    release_wanted,
)
from risk.services.limits import (
    LimitChange,
    LimitChanged,
    LimitInvalid,
    limit_check,
    limit_plan,
    limit_remove,
    limit_set,
    limits_apply,
    limits_request,
    limits_set_or_ask,
)
from risk.services.locks import lock_release
from risk.services.log_in import CredentialsWrong, LogInLocked, LogInsTooMany, OtpNeeded, address_of, identify
from risk.services.passwords import PasswordTooWeak, password_change, password_reset
from risk.services.people import Person, PersonInvalid, everything_revoke, person_make, person_of, person_save
from risk.services.preview import order_preview
from risk.services.republish import controls_republish
from risk.services.second_factor import OtpWrong, otp_begin, otp_confirm, otp_remove, otp_remove_from, recovery_renew
from risk.services.sessions import session_begin, session_end, session_revoke, session_seen, sessions_revoke_all
from risk.services.settings import SettingChanged, SettingWrong, setting_ask_or_set, setting_check, setting_request, setting_set
from risk.services.tokens import AccountPageNeeded, login, token_issue, token_revoke, token_revoke_raw, token_user, tokens_revoke_all

__all__ = [
    "AccountInvalid",
    "AccountPageNeeded",
    "CredentialsWrong",
    "DeskInvalid",
    "EntitlementInvalid",
    "KillNotInForce",
    "LimitChange",
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
    "SettingChanged",
    "SettingWrong",
    "account_save",
    "account_state_request",
    "accounts_publish",
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
    "kill_in_force",
    "kill_release",
    "kill_release_request",
    "kill_release_step",
    "kill_set",
    "kills_settle",
    "lets_more",
    "limit_check",
    "limit_plan",
    "limit_remove",
    "limit_set",
    "limits_apply",
    "limits_request",
    "limits_set_or_ask",
    "lock_release",
    "login",
    "order_preview",
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
    "release_wanted",
    "require",
    "session_begin",
    "session_end",
    "session_revoke",
    "session_seen",
    "sessions_revoke_all",
    "setting_ask_or_set",
    "setting_check",
    "setting_request",
    "setting_set",
    "token_issue",
    "token_revoke",
    "token_revoke_raw",
    "token_user",
    "tokens_revoke_all",
]
