"""A house that contradicts itself, or what is known: the desk is told, for somebody has to ask that house."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse

from oms_site.infra.alerts import services as alerts
from reporting.domain.settlement.fold import Life
from schemas.messages import SettlementAdvice
from schemas.units import format_units

TOLD = 20
"""Alerts of one batch; of more contradictions than that one alert says how many there are."""


class Contradiction(NamedTuple):
    """A word, and where its instruction stood when it came."""

    advice: SettlementAdvice
    before: Life

    @property
    def words(self) -> str:
        """As the desk is told it."""
        said = self.advice.status + (f" ({format_units(self.advice.quantity)})" if self.advice.quantity else "")
        return f"{self.advice.source} says {said} of settlement {self.advice.instruction_id}, which is {self.before.state}: ask it"


def contradictions_tell(found: Sequence[Contradiction], *, now: datetime) -> None:
    """Raise an alert for each instruction that is contradicted, once while it is open. The last thing a transaction does."""
    more: dict[str, Any] = {"kind": "settlement", "severity": "warning", "now": now}
    named = {one.advice.instruction_id: one for one in reversed(found)}
    for name, one in list(named.items())[:TOLD]:
        link = reverse("admin:reporting_settlementobligation_change", args=[name])
        alerts.raise_alert(key=f"contradiction-{name}", text=one.words, link=link, **more)
    if len(named) > TOLD:
        text = f"{len(named)} settlement instructions contradicted by the houses, {TOLD} of them told one by one"
        alerts.raise_alert(key="contradictions", text=text, link=reverse("admin:reporting_settlementobligation_changelist"), **more)
