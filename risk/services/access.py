"""Desks and accounts; and the one question every service of this room asks first: may this person do that?"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Forbidden, InvalidInput
from risk import selectors
from risk.domain.roles import PERMISSIONS, Permission
from risk.domain.settings import AccountTradingState, Said, SettingScope
from risk.models import Account, AccountKind, Desk
from risk.services.setting_rows import setting_held, setting_put, setting_same

MAX_NAME = 80


ACTIVATE = "account_activate"
"""The kind of request for an account that may do more."""


class AccountInvalid(InvalidInput):
    """An account's code, name, kind, currency, desk or self-trade group cannot be stored; `field` says which."""


class DeskInvalid(InvalidInput):
    """A desk's code or name cannot be stored; `field` says which."""


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
    close_only: bool = False,
    self_trade_group: str | None = None,
    approval: ChangeRequest | None = None,
    desk: str | None = None,
    request_id: str = "",
) -> Account:
    """Make an account or change it; unchanged values leave no trace. Code and kind of an account never change.

    `desk` and `self_trade_group` None leave them as they are; empty, the account has no desk, and is a self-trade group of its own.
    Codes and groups are names of one kind, as an account without a group is one: a group cannot be named as an account is, nor an account
    as a group.
    Raises `Forbidden`, `AccountInvalid`, and Django's `ValidationError` for what does not fit a column.
    """
    require(actor, Permission.ACCOUNT_SAVE)
    _require_name(code, "code", AccountInvalid)
    if self_trade_group:
        _require_name(self_trade_group, "self_trade_group", AccountInvalid)
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
        held_desk = account.desk_id if account else None
        desk_id = held_desk if desk is None else desk or None
        if desk_id is not None and not Desk.objects.filter(pk=desk_id).exists():
            raise AccountInvalid("desk: there is no such desk", field="desk")
        after = {
            "name": name,
            "currency": currency,
            "active": active,
            "close_only": close_only,
            "self_trade_group": group,
            "desk_id": desk_id,
        }
        before = {field: getattr(account, field) for field in after} if account else {}
        if before == after:
            return account  # type: ignore[return-value]
        agreed = account.approval if account else None
        if account is not None and lets_more(account, active=active, close_only=close_only):
            payload = state_payload(account, active=active, close_only=close_only)
            agreed = approvals.require(approval, kind=ACTIVATE, payload=payload, now=now, request_id=request_id)
        account = Account(code=code, kind=kind, approval=agreed, **after)
        account.full_clean(validate_unique=False)
        account.save()
        detail = {"before": before, "after": after, "kind": kind}
        _audit(actor=actor, action="account_saved", kind="account", name=code, detail=detail, request_id=request_id, now=now)
        account_terms_publish(account, actor=actor, now=now, request_id=request_id)
    return account


def lets_more(account: Account, *, active: bool, close_only: bool) -> bool:
    """Whether an account may do more in this state than in the one it is in."""
    return active and (not account.active or (account.close_only and not close_only))


def state_payload(account: Account, *, active: bool, close_only: bool) -> dict[str, Any]:
    """What a second person agrees to, with what stands."""
    was = {"active": account.active, "close_only": account.close_only}
    return {"account": account.pk, "active": active, "close_only": close_only, "was": was}


def account_state_request(
    *, actor: Any, account: Account, active: bool, close_only: bool, reason: str, now: datetime, request_id: str = ""
) -> ChangeRequest:
    """Ask a second person that an account may do more. Raises `Forbidden` and what asking raises."""
    require(actor, Permission.ACCOUNT_SAVE)
    payload = state_payload(account, active=active, close_only=close_only)
    return approvals.request_submit(actor=actor, kind=ACTIVATE, payload=payload, reason=reason, now=now, request_id=request_id)


def account_terms_publish(account: Account, *, actor: Any, now: datetime, request_id: str = "") -> bool:
    """Say an account's desk, currency, kind and state to risk, in the caller's transaction; False where they stand so already."""
    state = AccountTradingState.CLOSE_ONLY if account.close_only else AccountTradingState.ACTIVE
    details = {
        "desk": account.desk_id or "",
        "currency": account.currency,
        "kind": str(account.kind),
        "state": (state if account.active else AccountTradingState.DISABLED).value,
    }
    said = Said(SettingScope.ACCOUNT, account.pk, details=details)
    held = setting_held(said)
    if held is not None and setting_same(held, said):
        return False
    setting_put(said, actor=actor, reason="account saved", now=now, request_id=request_id)
    return True


def accounts_publish(*, actor: Any, now: datetime) -> int:
    """Say the terms of every account that risk does not have as they stand; of how many."""
    require(actor, Permission.ACCOUNT_SAVE)
    with transaction.atomic():
        one_at_a_time("accounts")
        return sum(account_terms_publish(account, actor=actor, now=now) for account in Account.objects.order_by("code"))


def desk_save(*, actor: Any, code: str, name: str, now: datetime, request_id: str = "") -> Desk:
    """Make a desk or rename it; an unchanged name leaves no trace. Raises `Forbidden`, `DeskInvalid`."""
    require(actor, Permission.DESK_SAVE)
    _require_name(code, "code", DeskInvalid)
    if not name.strip() or len(name) > MAX_NAME:
        raise DeskInvalid(f"name: 1 to {MAX_NAME} characters", field="name")
    with transaction.atomic():
        one_at_a_time("desks")
        desk = Desk.objects.filter(pk=code).first()
        before = desk.name if desk else None
        if before == name:
            assert desk is not None
            return desk
        desk, _ = Desk.objects.update_or_create(code=code, defaults={"name": name})
        detail = {"before": before, "after": name}
        _audit(actor=actor, action="desk_saved", kind="desk", name=code, detail=detail, request_id=request_id, now=now)
    return desk


def _require_name(name: str, field: str, wrong: type[InvalidInput]) -> None:
    if not name.isascii() or not name.replace("-", "").isalnum() or name != name.upper():
        raise wrong(f"{field}: capital letters, digits and hyphens only", field=field)


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
