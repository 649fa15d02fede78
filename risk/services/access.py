"""Accounts and who may use them; and the one question every service of this room asks first: may this person do that?"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Forbidden, InvalidInput
from risk import selectors
from risk.domain.roles import PERMISSIONS, Permission
from risk.models import Account, AccountKind, Entitlement


class AccountInvalid(InvalidInput):
    """An account's code, name, kind, currency or self-trade group cannot be stored; `field` says which."""


def require(actor: Any, permission: Permission) -> None:
    """Raise `Forbidden` unless one of the actor's roles has the permission."""
    allowed = PERMISSIONS[permission]
    if not selectors.roles(actor) & allowed:
        raise Forbidden(f"{permission.value.replace('_', ' ')}: needs the role {' or '.join(sorted(allowed))}")


def one_at_a_time(subject: str) -> None:
    """Let no other transaction change this subject until the present one ends: also when there is no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"risk:{subject}"])


def account_save(
    *,
    actor: Any,
    code: str,
    name: str,
    now: datetime,
    kind: str = AccountKind.CUSTOMER,
    currency: str = "USD",
    active: bool = True,
    self_trade_group: str | None = None,
    request_id: str = "",
) -> Account:
    """Make an account or change it; unchanged values leave no trace. Code and kind of an account never change.

    `self_trade_group` None leaves the group as it is, an empty one makes the account a group of its own. Codes and groups are names of one
    kind, as an account without a group is one: a group cannot be named as an account is, nor an account as a group.
    Raises `Forbidden`, `AccountInvalid`, and Django's `ValidationError` for what does not fit a column.
    """
    require(actor, Permission.ACCOUNT_SAVE)
    _require_name(code, "code")
    if self_trade_group:
        _require_name(self_trade_group, "self_trade_group")
    with transaction.atomic():
        one_at_a_time("accounts")
        account = Account.objects.select_for_update(no_key=True).filter(pk=code).first()
        if account is not None and account.kind != kind:
            raise AccountInvalid("kind: an account stays what it is; make another one", field="kind")
        held = account.self_trade_group if account else ""
        group = held if self_trade_group is None else self_trade_group
        if group and group != held and Account.objects.filter(pk=group).exists():
            raise AccountInvalid("self_trade_group: an account has this name; use another one", field="self_trade_group")
        if account is None and Account.objects.filter(self_trade_group=code).exists():
            raise AccountInvalid("code: a self-trade group has this name; use another one", field="code")
        after = {"name": name, "currency": currency, "active": active, "self_trade_group": group}
        before = {field: getattr(account, field) for field in after} if account else {}
        if before == after:
            return account  # type: ignore[return-value]
        account = Account(code=code, kind=kind, **after)
        account.full_clean(validate_unique=False)
        account.save()
        detail = {"before": before, "after": after, "kind": kind}
        _audit(actor=actor, action="account_saved", kind="account", name=code, detail=detail, request_id=request_id, now=now)
    return account


def entitlement_set(*, actor: Any, user: Any, account: Account, can_trade: bool, now: datetime, request_id: str = "") -> Entitlement:
    """Let a user see an account, and trade it if `can_trade`. Nobody gives that to oneself: raises `Forbidden`."""
    require(actor, Permission.ENTITLEMENT_SET)
    _not_oneself(actor, user)
    with transaction.atomic():
        one_at_a_time("entitlements")
        held = Entitlement.objects.filter(user=user, account=account).first()
        if held is not None and held.can_trade == can_trade:
            return held
        entitlement, _ = Entitlement.objects.update_or_create(user=user, account=account, defaults={"can_trade": can_trade})
        detail = {"user": user.get_username(), "can_trade": can_trade, "before": held.can_trade if held else None}
        _audit(actor=actor, action="entitlement_set", kind="entitlement", name=account.code, detail=detail, request_id=request_id, now=now)
    return entitlement


def entitlement_remove(*, actor: Any, entitlement: Entitlement, now: datetime, request_id: str = "") -> bool:
    """Take an account away from a user; False when it was gone already."""
    require(actor, Permission.ENTITLEMENT_SET)
    _not_oneself(actor, entitlement.user)
    with transaction.atomic():
        removed, _ = Entitlement.objects.filter(pk=entitlement.pk).delete()
        if removed:
            detail = {"user": entitlement.user.get_username(), "can_trade": entitlement.can_trade}
            _audit(
                actor=actor,
                action="entitlement_removed",
                kind="entitlement",
                name=entitlement.account_id,
                detail=detail,
                request_id=request_id,
                now=now,
            )
    return bool(removed)


def _require_name(name: str, field: str) -> None:
    if not name.isascii() or not name.replace("-", "").isalnum() or name != name.upper():
        raise AccountInvalid(f"{field}: capital letters, digits and hyphens only", field=field)


def _not_oneself(actor: Any, user: Any) -> None:
    if actor.pk == user.pk:
        raise Forbidden("entitlements are given by somebody else: ask another administrator")


def _audit(*, actor: Any, action: str, kind: str, name: str, detail: dict[str, Any], request_id: str, now: datetime) -> None:
    audit.record(
        chain="access",
        actor=actor,
        action=action,
        object_type=kind,
        object_id=name,
        detail=detail,
        request_id=request_id,
        now=now,
    )
