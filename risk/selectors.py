"""Reads of accounts, entitlements, limits, kills, tokens and sessions. Each function costs at most one query."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django_otp.plugins.otp_totp.models import TOTPDevice

from risk.domain.dated import Dated
from risk.domain.duties import Duty
from risk.domain.entitlements import Grant
from risk.domain.limits import Rule, binding
from risk.domain.roles import MAY_CANCEL_ANY, MAY_TRADE, SEES_ALL, Role
from risk.domain.rule_use import Held, RuleUse
from risk.domain.rule_use import uses as rule_uses
from risk.domain.settings import SettingScope
from risk.domain.utilisation import Use
from risk.models import (
    Account,
    AccountExposure,
    ApiToken,
    DeskMember,
    Entitlement,
    Kill,
    KillScope,
    Limit,
    LimitScope,
    LimitVersion,
    Profile,
    Setting,
    WebSession,
)
from schemas.units import ONE, to_units


def roles(user: Any) -> frozenset[Role]:
    """The roles of a user: the groups that are roles, and admin for a superuser. Nobody inactive or anonymous has one."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    names = user.groups.filter(name__in=list(Role)).values_list("name", flat=True)
    return frozenset(map(Role, names)) | ({Role.ADMIN} if user.is_superuser else frozenset())


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


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Name = tuple[str, str, str]
"""Scope, key and rule of a limit."""


def moment_us(moment: datetime) -> int:
    """A moment in microseconds, as commands carry it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def timelines(now: datetime, **of: Any) -> dict[Name, Dated[int]]:
    """What each limit is and will be, as risk has it from the log: all versions of the limits asked for, folded. Values in 1e-8."""
    found: dict[Name, Dated[int]] = {}
    rows = LimitVersion.objects.filter(Q(effective_until=None) | Q(effective_until__gt=now), **of).order_by("version", "id")
    for row in rows:
        timeline_add(found.setdefault((row.scope, row.key, row.rule), Dated()), row)
    return found


def timeline_add(timeline: Dated[int], row: Any) -> None:
    """Fold one more version (anything with value, effective_from, effective_until and set_at)."""
    start, end = row.effective_from, row.effective_until
    timeline.set(
        None if row.value is None else to_units(row.value),
        None if start is None else moment_us(start),
        None if end is None else moment_us(end),
        moment_us(row.set_at),
    )


def limit_values(now: datetime) -> dict[Name, int]:
    """Every limit that holds now, in 1e-8."""
    at = moment_us(now)
    held = ((name, timeline.at(at)) for name, timeline in timelines(now).items())
    return {name: value for name, value in held if value is not None}


def limits_of(accounts: list[str]) -> QuerySet[Limit]:
    """Limits of the firm, of desks and symbols, of the given accounts, and of the traders who are entitled to one of them."""
    traders = Entitlement.objects.filter(account__in=accounts).values_list("user__username", flat=True)
    return Limit.objects.filter(
        Q(scope__in=[LimitScope.FIRM, LimitScope.DESK, LimitScope.SYMBOL])
        | Q(scope=LimitScope.ACCOUNT, key__in=accounts)
        | Q(scope=LimitScope.TRADER, key__in=list(traders))
    )


def exposures_of(accounts: list[str]) -> QuerySet[AccountExposure]:
    """What the risk worker last told of the given accounts."""
    return AccountExposure.objects.filter(pk__in=accounts)


class Utilisation:
    """Uses of limits, for many accounts with two queries."""

    def __init__(self, now: datetime) -> None:
        self._values = limit_values(now)
        self._desks = desks_of_accounts()

    def of(self, exposure: AccountExposure) -> list[Use]:
        """One account's uses of its position limits, by symbol."""
        held = self._held(exposure)
        desk = self._desks.get(exposure.account, "")
        return [
            Use(
                symbol,
                row.position,
                row.open_buy,
                row.open_sell,
                binding(self._values, exposure.account, Rule.MAX_POSITION, desk=desk, symbol=symbol),
            )
            for symbol, row in sorted(held.items())
        ]

    def rules_of(self, exposure: AccountExposure) -> list[RuleUse]:
        """One account's uses, rule by rule."""
        totals = {name: _units(value) for name, value in exposure.totals.items()} | {"open_orders": exposure.open_orders * ONE}
        desk = self._desks.get(exposure.account, "")
        return list(rule_uses(exposure.account, self._held(exposure), totals, self._values, desk=desk))

    @staticmethod
    def _held(exposure: AccountExposure) -> dict[str, Held]:
        return {
            symbol: Held(_units(row["position"]), _units(row["open_buy"]), _units(row["open_sell"]))
            for symbol, row in exposure.symbols.items()
        }


def most_used(now: datetime) -> dict[Name, tuple[str, RuleUse]]:
    """For each limit that binds somebody: the account nearest to it, and its use."""
    found: dict[Name, tuple[str, RuleUse]] = {}
    utilisation = Utilisation(now)
    for exposure in AccountExposure.objects.order_by("account"):
        for use in utilisation.rules_of(exposure):
            if use.limit is None:
                continue
            name = (use.limit.scope, use.limit.key, str(use.rule))
            if name not in found or (use.percent or 0) > (found[name][1].percent or 0):
                found[name] = (exposure.account, use)
    return found


def desks_of_accounts() -> dict[str, str]:
    """Account to desk, of those that have one, as they were told to risk."""
    rows = Setting.objects.filter(scope=SettingScope.ACCOUNT, current=True).exclude(details__desk="")
    return {row.key: row.details["desk"] for row in rows}


def kills_in_force(accounts: list[str]) -> QuerySet[Kill]:
    """Kills that block the firm, a desk, an instrument, or one of the given accounts or its traders now."""
    traders = Entitlement.objects.filter(account__in=accounts).values_list("user__username", flat=True)
    concerned = (
        Q(scope__in=[KillScope.FIRM, KillScope.DESK, KillScope.INSTRUMENT])
        | Q(scope=KillScope.ACCOUNT, key__in=accounts)
        | Q(scope=KillScope.TRADER, key__in=list(traders))
    )
    return Kill.objects.filter(concerned, released_at=None).select_related("set_by", "released_by")


def desk_accounts(desk: str) -> list[str]:
    """Codes of a desk's accounts, as they were told to risk."""
    rows = Setting.objects.filter(scope=SettingScope.ACCOUNT, current=True, details__desk=desk)
    return sorted(rows.values_list("key", flat=True))


class StillOpen(NamedTuple):
    """What of a kill's scope is open: orders that are to be canceled, and those that may stay as they can only reduce."""

    left: int
    spared: int


def still_open(kill: Kill) -> StillOpen:
    """Open orders in a kill's scope, in what has been told of orders and, where the worker tells more, of its exposure.

    Orders are an app's business above this room: `settings.OMS_OPEN_IN_SCOPE` tells (account, symbol, side, quantity) of each.
    """
    tell: Callable[[str, str], Sequence[tuple[str, str, str, Decimal]]] = import_string(settings.OMS_OPEN_IN_SCOPE)
    orders = tell(kill.scope, kill.key)
    spared = _spared(orders) if kill.spare_reducing else 0
    left = len(orders) - spared
    return StillOpen(left, spared)


def _spared(orders: Sequence[tuple[str, str, str, Decimal]]) -> int:
    """How many of these, in entry order, fit into what there is to reduce."""
    exposures = exposures_of(sorted({account for account, *_ in orders}))
    room: dict[tuple[str, str, str], Decimal] = {}
    for exposure in exposures:
        for symbol, held in exposure.symbols.items():
            position = Decimal(held["position"])
            room[(exposure.account, symbol, "sell" if position > 0 else "buy")] = abs(position)
    spared = 0
    for account, symbol, side, quantity in orders:
        left = room.get((account, symbol, side), Decimal(0)) - quantity
        if left >= 0:
            room[(account, symbol, side)] = left
            spared += 1
    return spared


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


def _units(text: str) -> int:
    return int(Decimal(text).scaleb(8))


def _groups(user: Any, wanted: frozenset[Role]) -> QuerySet[Group]:
    return Group.objects.filter(user=user, name__in=sorted(wanted))


def _entitlements(user: Any) -> QuerySet[Entitlement]:
    return Entitlement.objects.filter(user=user, account=OuterRef("pk"))
