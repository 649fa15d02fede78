"""Fee schedules: asked for by one person, agreed to by another, and then they stand. What is to change is a schedule that follows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from marketdata import selectors as market_selectors
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, Forbidden
from reporting import selectors
from reporting.models import FeeSchedule, FillFee
from reporting.services.books.rows import one_at_a_time
from reporting.services.books.tiers import MOST_BPS, require, tiers_checked
from risk import selectors as risk_selectors
from risk.domain.roles import Role

KIND = "fee_schedule"
MAY_REQUEST = frozenset({Role.OPERATIONS, Role.ADMIN})
MAY_APPROVE = MAY_REQUEST | {Role.RISK}
_MOST = 10**9
_MAX_REASON = 200


class ScheduleLate(Conflict):
    """Fills have been charged that it would change: it must begin later. HTTP 409."""

    default_code = "fee_schedule_late"


class Wanted(NamedTuple):
    """A schedule to be set. Amounts and rates are `Decimal`, rates in basis points; each tier has the names of `tiers.TIER`, as text."""

    name: str
    account: str
    group: str
    currency: str
    tiers: Sequence[Mapping[str, str]]
    minimum: Decimal
    maximum: Decimal | None
    tax_bps: Decimal
    tax_side: str
    effective_from: datetime


def schedule_request(*, actor: Any, wanted: Wanted, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Ask a second person for it. Raises `Forbidden`, `ScheduleInvalid`, `ScheduleLate`, and what asking raises."""
    _require_may(actor)
    payload = schedule_check(wanted)
    return approvals.request_submit(actor=actor, kind=KIND, payload=payload, reason=reason, now=now, request_id=request_id)


def schedule_check(wanted: Wanted) -> dict[str, Any]:
    """What a second person would agree to. Raises `ScheduleInvalid`, `ScheduleLate`."""
    payload = schedule_payload(wanted)
    require_ahead(wanted.effective_from)
    return payload


def schedule_set(*, actor: Any, wanted: Wanted, approval: ChangeRequest | None, now: datetime, request_id: str = "") -> FeeSchedule:
    """Set what two people have agreed on. Raises `Forbidden`, `ScheduleInvalid`, `ScheduleLate`, `ApprovalNeeded`."""
    _require_may(actor)
    payload = schedule_payload(wanted)
    with transaction.atomic():
        one_at_a_time()
        agreed = approvals.require(approval, kind=KIND, payload=payload, now=now, request_id=request_id)
        require_ahead(wanted.effective_from)
        values = wanted._asdict() | {"tiers": payload["tiers"], "symbols": payload["symbols"]}
        row = FeeSchedule.objects.create(**values, reason=agreed.reason[:_MAX_REASON], set_at=now, approval=agreed)
        audit.record(
            chain="fees",
            actor=actor,
            action="fee_schedule_set",
            object_type="fee_schedule",
            object_id=str(row.pk),
            detail=payload | {"approval": agreed.pk, "reason": agreed.reason},
            request_id=request_id,
            now=now,
        )
    return row


def require_ahead(effective_from: datetime) -> None:
    """Raise `ScheduleLate` where a fill that it would be for has been charged."""
    charged = FillFee.objects.filter(made_at__gte=effective_from).order_by("-made_at").first()
    if charged is not None:
        raise ScheduleLate(
            f"effective_from: fills up to {charged.made_at:%Y-%m-%d %H:%M:%S} have been charged; let it begin after them",
            field="effective_from",
        )


def schedule_payload(wanted: Wanted) -> dict[str, Any]:
    """Everything a second person agrees to: the instruments by name, and what holds for the same ones now. Raises `ScheduleInvalid`."""
    require(bool(wanted.name.strip()) and len(wanted.name) <= 80, "name", "give it a name of 1 to 80 characters")
    known = wanted.account == "" or risk_selectors.account_exists(wanted.account)
    require(known, "account", f"there is no account {wanted.account}")
    symbols = market_selectors.symbols_of_group(wanted.group) if wanted.group else []
    require(not wanted.group or bool(symbols), "group", f"no instrument is in the group {wanted.group}")
    code = wanted.currency
    require(len(code) == 3 and code.isascii() and code.isalpha() and code.isupper(), "currency", "three capital letters, as USD")
    for field in ("minimum", "maximum", "tax_bps"):
        value = getattr(wanted, field)
        require(value is None or value.is_finite(), field, "must be a number")
    require(0 <= wanted.minimum <= _MOST, "minimum", f"must be between 0 and {_MOST}")
    require(wanted.maximum is None or wanted.minimum <= wanted.maximum <= _MOST, "maximum", f"must be between the minimum and {_MOST}")
    require(0 <= wanted.tax_bps <= MOST_BPS, "tax_bps", f"must be between 0 and {MOST_BPS}")
    require(wanted.tax_side in ("", "buy", "sell", "both"), "tax_side", "must be buy, sell, both, or none")
    require(bool(wanted.tax_side) == bool(wanted.tax_bps), "tax_side", "a tax has a rate and a side")
    require(wanted.effective_from.tzinfo is not None, "effective_from", "must say its time zone")
    held = selectors.schedule_held(wanted.account, symbols, code, wanted.effective_from)
    return {
        "name": wanted.name,
        "account": wanted.account,
        "group": wanted.group,
        "symbols": symbols,
        "currency": code,
        "tiers": tiers_checked(wanted.tiers),
        "minimum": f"{wanted.minimum:f}",
        "maximum": None if wanted.maximum is None else f"{wanted.maximum:f}",
        "tax_bps": f"{wanted.tax_bps:f}",
        "tax_side": wanted.tax_side,
        "effective_from": wanted.effective_from.astimezone(UTC).isoformat(),
        "follows": None if held is None else held.pk,
    }


def wanted_of(payload: Mapping[str, Any]) -> Wanted:
    """The schedule a request asks for."""
    return Wanted(
        name=payload["name"],
        account=payload["account"],
        group=payload["group"],
        currency=payload["currency"],
        tiers=payload["tiers"],
        minimum=Decimal(payload["minimum"]),
        maximum=None if payload["maximum"] is None else Decimal(payload["maximum"]),
        tax_bps=Decimal(payload["tax_bps"]),
        tax_side=payload["tax_side"],
        effective_from=datetime.fromisoformat(payload["effective_from"]),
    )


def _require_may(actor: Any) -> None:
    if not risk_selectors.roles(actor) & MAY_REQUEST:
        raise Forbidden(f"fee schedules: needs the role {' or '.join(sorted(MAY_REQUEST))}")
