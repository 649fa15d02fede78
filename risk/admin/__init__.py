"""The admin pages of this room, one file per model."""

from risk.admin.account import AccountAdmin
from risk.admin.entitlement import EntitlementAdmin
from risk.admin.exposure import ExposureAdmin
from risk.admin.kill import KillAdmin
from risk.admin.limit import LimitAdmin
from risk.admin.token import TokenAdmin

__all__ = ["AccountAdmin", "EntitlementAdmin", "ExposureAdmin", "KillAdmin", "LimitAdmin", "TokenAdmin"]
