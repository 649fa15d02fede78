"""Who may do what: roles are Django groups of the same name, a superuser is an admin."""

from enum import StrEnum


class Role(StrEnum):
    """What a person does in the firm. The value is the name of the Django group."""

    TRADER = "trader"
    SALES = "sales"
    RISK = "risk"
    OPERATIONS = "operations"
    COMPLIANCE = "compliance"
    VIEWER = "viewer"
    ADMIN = "admin"


SEES_ALL = frozenset({Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.VIEWER, Role.ADMIN})
"""Roles that see every account. Sales sees the accounts of its desks; everyone sees the accounts entitled to."""

MAY_TRADE = frozenset({Role.TRADER, Role.SALES})
"""Roles that may enter orders, each only for accounts it is entitled to trade."""

MAY_CANCEL_ANY = frozenset({Role.RISK, Role.OPERATIONS})
"""Roles that may cancel any account's orders: a cancel only takes risk away."""


class Permission(StrEnum):
    """One thing a person can do to the controls and to who may do what."""

    LIMIT_SET = "limit_set"
    KILL_SET = "kill_set"
    KILL_RELEASE = "kill_release"
    ACCOUNT_SAVE = "account_save"
    DESK_SAVE = "desk_save"
    ENTITLEMENT_SET = "entitlement_set"
    PERSON_SAVE = "person_save"
    SESSION_REVOKE_ANY = "session_revoke_any"
    LOCK_RELEASE = "lock_release"
    TOKEN_REVOKE_ANY = "token_revoke_any"  # noqa: S105 - a permission, no secret


PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.LIMIT_SET: frozenset({Role.RISK, Role.ADMIN}),
    Permission.KILL_SET: frozenset({Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.ADMIN}),
    Permission.KILL_RELEASE: frozenset({Role.RISK, Role.ADMIN}),
    Permission.ACCOUNT_SAVE: frozenset({Role.OPERATIONS, Role.ADMIN}),
    Permission.DESK_SAVE: frozenset({Role.OPERATIONS, Role.ADMIN}),
    Permission.ENTITLEMENT_SET: frozenset({Role.ADMIN}),
    Permission.PERSON_SAVE: frozenset({Role.ADMIN}),
    Permission.SESSION_REVOKE_ANY: frozenset({Role.ADMIN}),
    Permission.LOCK_RELEASE: frozenset({Role.ADMIN}),
    Permission.TOKEN_REVOKE_ANY: frozenset({Role.ADMIN}),
}
"""The one table of permissions of this room; services ask it, edges only hide what it would refuse."""
