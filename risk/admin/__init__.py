"""The admin pages of this room, one file per model."""

from risk.admin.account import AccountAdmin
from risk.admin.desk import DeskAdmin
from risk.admin.entitlement import EntitlementAdmin
from risk.admin.exposure import ExposureAdmin
from risk.admin.group import GroupAdmin
from risk.admin.kill import KillAdmin
from risk.admin.limit import LimitAdmin, LimitVersionAdmin
from risk.admin.lock import LockAdmin
from risk.admin.person import PersonAdmin
from risk.admin.session import SessionAdmin
from risk.admin.settings import SettingHistoryAdmin
from risk.admin.token import TokenAdmin

__all__ = [
    "AccountAdmin",
    "DeskAdmin",
    "EntitlementAdmin",
    "ExposureAdmin",
    "GroupAdmin",
    "KillAdmin",
    "LimitAdmin",
    "LimitVersionAdmin",
    "LockAdmin",
    "PersonAdmin",
    "SessionAdmin",
    "SettingHistoryAdmin",
    "TokenAdmin",
]
