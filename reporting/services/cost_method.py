"""Sets by which method results are reckoned. Quantities and cash are the same by each; what is realised and what is open differ."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Forbidden, InvalidInput
from reporting.domain.profit import AVERAGE, METHODS
from reporting.models import CostMethod
from risk import selectors as risk_selectors
from risk.domain.roles import Role

MAY_SET = frozenset({Role.OPERATIONS, Role.ADMIN})
_MAX_REASON = 200


def cost_method_set(*, actor: Any, account: str, method: str, reason: str, now: datetime, request_id: str = "") -> CostMethod:
    """Set it for an account, or for the firm (`account` empty). Raises `Forbidden`, `InvalidInput`."""
    if not risk_selectors.roles(actor) & MAY_SET:
        raise Forbidden(f"cost method: needs the role {' or '.join(sorted(MAY_SET))}")
    if method not in METHODS:
        raise InvalidInput(f"method: must be one of {', '.join(METHODS)}", field="method")
    if account and not risk_selectors.account_exists(account):
        raise InvalidInput(f"account: there is no account {account}; leave it empty for the firm", field="account")
    if not 0 < len(reason.strip()) <= _MAX_REASON:
        raise InvalidInput(f"reason: say why, in 1 to {_MAX_REASON} characters", field="reason")
    with transaction.atomic():
        held = CostMethod.objects.select_for_update().filter(account=account).first()
        values = {"method": method, "reason": reason.strip(), "set_at": now}
        row, _ = CostMethod.objects.update_or_create(account=account, defaults=values)
        audit.record(
            chain="profit",
            actor=actor,
            action="cost_method_set",
            object_type="cost_method",
            object_id=account or "firm",
            detail={"method": method, "before": _before(held, account), "reason": row.reason},
            request_id=request_id,
            now=now,
        )
    return row


def _before(held: CostMethod | None, account: str) -> str:
    if held is not None:
        return held.method
    return "the firm's" if account else AVERAGE
