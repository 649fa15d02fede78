"""The regime of the synthetic market while it runs: asked for by the desk with a reason, told by the worker that took it up."""

from datetime import datetime
from typing import Any

from django.db import transaction

from marketdata.domain.synthetic import COURSES
from marketdata.models import SyntheticRegime
from marketdata.services.access import DESK, require, said
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, InvalidInput

CHAIN = "feeds"


class RegimeUnchanged(Conflict):
    """The market is asked for that regime already."""


def regime_change(*, actor: Any, regime: str, reason: str, now: datetime, request_id: str = "") -> SyntheticRegime:
    """Ask for another of `COURSES`: the worker takes it up within seconds, for all symbols, from the prices there are.

    Raises `Forbidden`, `InvalidInput`, and `RegimeUnchanged`, which leaves no trace.
    """
    require(actor, DESK, "change the synthetic market")
    reason = said(reason)
    if regime not in COURSES:
        raise InvalidInput(f"regime: one of {', '.join(COURSES)}", field="regime")
    with transaction.atomic():
        row = _locked()
        if row.regime == regime:
            raise RegimeUnchanged(f"regime: {regime} is asked for already", field="regime")
        before, row.regime = row.regime, regime
        row.reason, row.changed_by, row.changed_at = reason, actor, now
        row.version += 1
        row.save()
        detail = {"from": before, "to": regime, "version": row.version, "reason": reason}
        _record("regime_changed", actor, detail, now, request_id)
    return row


def regime_told(*, regime: str, version: int, seed: int, step: int, now: datetime) -> None:
    """The worker says from which step of its tape on it does what `version` asked for."""
    with transaction.atomic():
        row = _locked()
        row.told_regime, row.told_version, row.told_seed, row.told_step, row.told_at = regime, version, str(seed), step, now
        row.save(update_fields=["told_regime", "told_version", "told_seed", "told_step", "told_at"])
        _record("regime_began", None, {"regime": regime, "version": version, "seed": str(seed), "step": step}, now, "")


def _locked() -> SyntheticRegime:
    SyntheticRegime.objects.bulk_create([SyntheticRegime()], ignore_conflicts=True)
    return SyntheticRegime.objects.select_for_update().get()


def _record(action: str, actor: Any, detail: dict[str, Any], now: datetime, request_id: str) -> None:
    audit.record(
        chain=CHAIN,
        actor=actor,
        action=action,
        object_type="syntheticregime",
        object_id="1",
        detail=detail,
        request_id=request_id,
        now=now,
    )
