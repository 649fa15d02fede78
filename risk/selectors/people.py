"""Reads of people: roles, the accounts they see and trade, entitlements, tokens and sessions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django_otp.plugins.otp_totp.models import TOTPDevice

from risk.domain.duties import Duty
from risk.domain.entitlements import Grant
from risk.domain.roles import MAY_CANCEL_ANY, MAY_TRADE, SEES_ALL, Role
from risk.models import Account, ApiToken, DeskMember, Entitlement, Profile, WebSession


def roles(user: Any) -> frozenset[Role]:
    """The roles of a user: the groups that are roles, and admin for a superuser. Nobody inactive or anonymous has one.

    One query; none where the user's groups are prefetched, which a page that asks often does.
    """
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    names = {group.name for group in user.groups.all()}
    return frozenset(role for role in Role if role.value in names) | ({Role.ADMIN} if user.is_superuser else frozenset())


def accounts_visible(user: Any) -> QuerySet[Account]:
    """The accounts a user may see: all, those of the user's desks, or those entitled to, by role."""
    if not user.is_authenticated or not user.is_active:
        return Account.objects.none()
    if user.is_superuser:
        return Account.objects.all()
    return Account.objects.filter(
        Exists(_groups(user, SEES_ALL))
        | (Exists(_groups(user, frozenset({Role.SALES}))) & Exists(DeskMember.objects.filter(user=user, desk=OuterRef("desk"))))
        | Exists(_entitlements(user))
    )


def sees_all(user: Any) -> bool:
    """Whether the user sees every account there is."""
    return bool(roles(user) & SEES_ALL)


def accounts_tradable(user: Any) -> QuerySet[Account]:
    """The active accounts a user may enter orders for: entitled to trade, and of a role that trades at all."""
    if not user.is_authenticated or not user.is_active:
        return Account.objects.none()
    return Account.objects.filter(Exists(_groups(user, MAY_TRADE)), Exists(_entitlements(user).filter(can_trade=True)), active=True)


def entitlements_to_trade(user: Any) -> QuerySet[Entitlement]:
    """The entitlements a user enters orders by: to trade, of active accounts, and only for a role that trades at all."""
    if not user.is_authenticated or not user.is_active:
        return Entitlement.objects.none()
    return Entitlement.objects.filter(Exists(_groups(user, MAY_TRADE)), user=user, can_trade=True, account__active=True)


def accounts_cancelable(user: Any) -> QuerySet[Account]:
    """The accounts whose orders a user may cancel: all for risk and operations, else those entitled to trade (inactive ones too)."""
    if not user.is_authenticated or not user.is_active:
        return Account.objects.none()
    return Account.objects.filter(
        Exists(_groups(user, MAY_CANCEL_ANY)) | (Exists(_groups(user, MAY_TRADE)) & Exists(_entitlements(user).filter(can_trade=True)))
    )


def visible_accounts(user: Any) -> list[str]:
    """Codes of `accounts_visible`, sorted."""
    return sorted(accounts_visible(user).values_list("code", flat=True))


def tradable_accounts(user: Any) -> list[str]:
    """Codes of `accounts_tradable`, sorted."""
    return sorted(accounts_tradable(user).values_list("code", flat=True))


def cancelable_accounts(user: Any) -> list[str]:
    """Codes of `accounts_cancelable`, sorted."""
    return sorted(accounts_cancelable(user).values_list("code", flat=True))


def self_trade_groups(codes: Iterable[str]) -> dict[str, str]:
    """Account to self-trade group, of those given accounts that have one; every other account is a group of its own.

    The group belongs on every order of such an account, also on those that ask for no prevention: an incoming order's mode decides, and
    the resting order must be known to be of its group.
    """
    return dict(Account.objects.filter(pk__in=list(codes)).exclude(self_trade_group="").values_list("code", "self_trade_group"))


def grants_of(user: Any) -> list[Grant]:
    """What a user is entitled to trade, whatever the user's role and state."""
    rows = Entitlement.objects.filter(user=user, can_trade=True).values_list("account_id", "side", "types", "group")
    return [grant_of(*row) for row in rows]


def grant_of(account: str, side: str, types: Iterable[str], group: str) -> Grant:
    """The grant an entitlement's row says."""
    return Grant(account, frozenset({side} - {""}), frozenset(types), group)


def entitlements_of(user: Any) -> QuerySet[Entitlement]:
    """A user's entitlements, by account."""
    return Entitlement.objects.filter(user=user).select_related("account").order_by("account", "side", "group")


def tokens_live(user: Any) -> QuerySet[ApiToken]:
    """A user's tokens that are neither revoked nor expired (by the database's clock)."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=Now())


def otp_set_up(user: Any) -> bool:
    """Whether one-time codes are asked for when this user logs in."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def duty_of(user: Any) -> Duty | None:
    """What a user has to do before anything else. At most three queries, at log-in only."""
    if Profile.objects.filter(user=user, must_change_password=True).exists():
        return Duty.PASSWORD
    if roles(user) & set(settings.OMS_OTP_ROLES) and not otp_set_up(user):
        return Duty.OTP
    return None


def sessions_live(user: Any, now: datetime) -> QuerySet[WebSession]:
    """A user's sessions that are neither too old nor idle for too long."""
    return live(now).filter(user=user)


def live(now: datetime) -> QuerySet[WebSession]:
    """Sessions that are neither too old nor idle for too long."""
    return WebSession.objects.filter(expire_date__gt=now, seen_at__gt=now - timedelta(seconds=settings.OMS_SESSION_IDLE_SECONDS))


def live_token(digest: str) -> ApiToken | None:
    """The token with this SHA-256 and its user, if it is neither revoked nor expired (by the database's clock) and the user is active."""
    return (
        ApiToken.objects.select_related("user").filter(digest=digest, revoked_at=None, expires_at__gt=Now(), user__is_active=True).first()
    )


def _groups(user: Any, wanted: frozenset[Role]) -> QuerySet[Group]:
    return Group.objects.filter(user=user, name__in=sorted(wanted))


def _entitlements(user: Any) -> QuerySet[Entitlement]:
    return Entitlement.objects.filter(user=user, account=OuterRef("pk"))


def account_exists(code: str) -> bool:
    """Whether there is such an account."""
    return Account.objects.filter(pk=code).exists()


def account_currencies(codes: Iterable[str]) -> dict[str, str]:
    """The currency each of these accounts is kept in."""
    return dict(Account.objects.filter(pk__in=list(codes)).values_list("code", "currency"))
